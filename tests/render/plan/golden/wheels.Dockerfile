# tensorflow 2.12.1 on CPython 3.11, linux-x86_64, GPU (NVIDIA L4, CUDA 11.8, cuDNN 8.6)
# Asked for: tensorflow 2.12, GPU, with tensorflow-text. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (trained): trained on CPython 3.11.9, Linux x86_64, CPU, on 2026-11-21
# gpu libraries (installed): every soname opens from nvidia-*-cu11 wheels
# Note: No binary code for compute capability 8.9 is in the wheel: kernels are compiled from PTX at first use.
# Build it with: docker build --platform linux/amd64 -t tf:2.12.1 .
# Run it with: docker run --gpus all -it tf:2.12.1
# The driver stays on the host; NVIDIA's container toolkit has to be there.
FROM python:3.11-slim-bookworm
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN printf '%s\n' \
    nvidia-cublas-cu11==11.11.3.6 \
    nvidia-cuda-runtime-cu11==11.8.89 \
    nvidia-cudnn-cu11==8.6.0.163 \
    protobuf==4.25.8 \
    tensorflow==2.12.1 \
    tensorflow-text==2.12.1 \
    > /tmp/requirements.txt \
    && python -m pip install --no-cache-dir --no-deps -r /tmp/requirements.txt
RUN ln -sf ../../cuda_nvrtc/lib/x.so.11.2 "/usr/local/lib/python3.11/site-packages/nvidia/cudnn/lib/libnvrtc.so"
ENV LD_LIBRARY_PATH="/usr/local/lib/python3.11/site-packages/nvidia/cublas/lib:/usr/local/lib/python3.11/site-packages/nvidia/cuda_runtime/lib:/usr/local/lib/python3.11/site-packages/nvidia/cudnn/lib"
ENV XLA_FLAGS="--xla_gpu_cuda_data_dir=/usr/local/lib/python3.11/site-packages/nvidia/cuda_nvcc"
ENV TF_FORCE_GPU_ALLOW_GROWTH="true"
CMD ["python"]
