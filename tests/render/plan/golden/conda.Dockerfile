# tensorflow 2.4.4 on CPython 3.8, linux-x86_64, GPU (Tesla V100, CUDA 11.0, cuDNN 8.0)
# Asked for: tensorflow >=2.4,<2.5, GPU. Planned by tfdoctor <version>, matrix <date>.
# Basis: declared.
# cuda (declared): TensorFlow tested it with CUDA 11.0, cuDNN 8.0
# Build it with: docker build --platform linux/amd64 -t tf:2.4.4 .
# Run it with: docker run --gpus all -it tf:2.4.4
# The driver stays on the host; NVIDIA's container toolkit has to be there.
FROM mambaorg/micromamba:2.6.1-debian12-slim
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN CONDA_OVERRIDE_CUDA=11.0 micromamba install -y -n base --override-channels -c conda-forge \
    python=3.8 pip cudatoolkit=11.0 cudnn=8.0 \
    && micromamba clean -a -y
ENV PATH="/opt/conda/bin:$PATH"
RUN printf '%s\n' \
    grpcio==1.32.0 \
    numpy==1.19.5 \
    tensorflow==2.4.4 \
    > /tmp/requirements.txt \
    && python -m pip install --no-cache-dir --no-deps -r /tmp/requirements.txt
ENV LD_LIBRARY_PATH="/opt/conda/lib"
CMD ["python"]
