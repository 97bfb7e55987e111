# tensorflow[and-cuda] 2.20.0 on CPython 3.12, linux-x86_64, GPU (NVIDIA GeForce RTX 3090, CUDA 12.5.1, cuDNN 9.3.0)
# Asked for: the newest TensorFlow that fits, Python 3.12, GPU. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (resolved): resolved, not run
# gpu (installed): binary code for compute capability 8.6 is in the wheel
# driver (declared): driver 550.54.14 serves CUDA 12.5 (at least 525.60.13)
# Build it with: docker build --platform linux/amd64 -t tf:2.20.0 .
# Run it with: docker run --gpus all -it tf:2.20.0
# The driver stays on the host; NVIDIA's container toolkit has to be there.
FROM python:3.12-slim-bookworm
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN printf '%s\n' \
    numpy==2.2.6 \
    nvidia-cublas-cu12==12.5.3.2 \
    nvidia-cuda-cupti-cu12==12.5.82 \
    nvidia-cuda-nvcc-cu12==12.5.82 \
    nvidia-cuda-runtime-cu12==12.5.82 \
    nvidia-cudnn-cu12==9.3.0.75 \
    protobuf==5.29.5 \
    tensorflow==2.20.0 \
    > /tmp/requirements.txt \
    && python -m pip install --no-cache-dir --no-deps -r /tmp/requirements.txt
CMD ["python"]
