# tensorflow 2.10.1 on CPython 3.10, linux-x86_64, CPU
# Asked for: what is there, repaired. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (resolved): every rule is content with the simulated result
# Not resolved: onnx: onnx 1.16.2 asks for protobuf>=3.20.2; tensorflow 2.10.1 for protobuf<3.20
# Not resolved: apache-beam: not in the index: its requirements are not known
# Build it with: docker build --platform linux/amd64 -t tf:2.10.1 .
# A repair cannot be made in an image: this is a new environment with the pins that the repair ends with.
# By hand: Restart the notebook's kernel: it's still the old one.
FROM python:3.10-slim-bookworm
RUN printf '%s\n' \
    protobuf==3.19.6 \
    tensorflow==2.10.1 \
    > /tmp/requirements.txt \
    && python -m pip install --no-cache-dir --no-deps -r /tmp/requirements.txt
ENV XLA_FLAGS="--xla_gpu_cuda_data_dir=/usr/local/nvvm"
CMD ["python"]
