# tensorflow 2.4.4 on CPython 3.8, linux-x86_64, GPU (Tesla V100, CUDA 11.0, cuDNN 8.0)
# Asked for: tensorflow 2.4.4, as a repair of what is there. Planned by tfdoctor <version>, matrix <date>.
# Basis: declared.
# Build it with: docker build --platform linux/amd64 -t tf:2.4.4 .
# Run it with: docker run --gpus all -it tf:2.4.4
# The driver stays on the host; NVIDIA's container toolkit has to be there.
# A repair cannot be made in an image: this is a new environment with the pins that the repair ends with.
FROM mambaorg/micromamba:2.6.1-debian12-slim
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN CONDA_OVERRIDE_CUDA=11.0 micromamba install -y -n base --override-channels -c conda-forge \
    python=3.8 pip cudnn=8.0 \
    && micromamba clean -a -y
ENV PATH="/opt/conda/bin:$PATH"
RUN printf '%s\n' \
    tensorflow==2.4.4 \
    > /tmp/requirements.txt \
    && python -m pip install --no-cache-dir --no-deps -r /tmp/requirements.txt
CMD ["python"]
