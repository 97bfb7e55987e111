# tensorflow 2.6.5 on CPython 3.9, linux-x86_64, CPU
# Asked for: tensorflow 2.6. Planned by tfdoctor <version>, matrix <date>.
# Basis: trained.
# closure (trained): trained on CPython 3.9.18, Linux x86_64, CPU, on 2026-11-21
# python (installed): CPython 3.9.18 is installed
# Build it with: docker build --platform linux/amd64 -t tf:2.6.5 .
FROM python:3.9-slim-bookworm
RUN printf '%s\n' \
    absl-py==0.15.0 \
    astunparse==1.6.3 \
    cachetools==4.2.4 \
    certifi==2025.8.3 \
    charset-normalizer==3.4.3 \
    clang==5.0 \
    flatbuffers==1.12 \
    gast==0.4.0 \
    google-auth==1.35.0 \
    google-auth-oauthlib==0.4.6 \
    google-pasta==0.2.0 \
    grpcio==1.74.0 \
    h5py==3.1.0 \
    idna==3.10 \
    importlib-metadata==8.7.0 \
    keras==2.6.0 \
    keras-preprocessing==1.1.2 \
    markdown==3.8.2 \
    numpy==1.19.5 \
    oauthlib==3.3.1 \
    opt-einsum==3.3.0 \
    protobuf==3.20.3 \
    pyasn1==0.6.1 \
    pyasn1-modules==0.4.2 \
    requests==2.32.4 \
    requests-oauthlib==2.0.0 \
    rsa==4.9.1 \
    six==1.15.0 \
    tensorboard==2.6.0 \
    tensorboard-data-server==0.6.1 \
    tensorboard-plugin-wit==1.8.1 \
    tensorflow==2.6.5 \
    tensorflow-estimator==2.6.0 \
    termcolor==1.1.0 \
    typing-extensions==3.7.4.3 \
    urllib3==2.5.0 \
    werkzeug==3.1.3 \
    wheel==0.45.1 \
    wrapt==1.12.1 \
    zipp==3.23.0 \
    > /tmp/requirements.txt \
    && python -m pip install --no-cache-dir --no-deps -r /tmp/requirements.txt
CMD ["python"]
