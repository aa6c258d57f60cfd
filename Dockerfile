# One image for every role; the command decides (docker-compose.yml). Alone it serves the embedded system.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/kaoping
ENV PATH=/opt/kaoping/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/lock.txt requirements/build-lock.txt requirements/
RUN pip install --require-hashes -r requirements/lock.txt \
    && pip install --require-hashes -r requirements/build-lock.txt
COPY pyproject.toml LICENSE ./
COPY states states
COPY forms forms
COPY workflow_app workflow_app
COPY worker worker
RUN pip install --no-deps --no-build-isolation . && pip uninstall --yes setuptools

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home kaoping \
    && install --directory --owner=kaoping --mode=0700 /data
COPY --from=build /opt/kaoping /opt/kaoping
ENV PATH=/opt/kaoping/bin:$PATH PYTHONUNBUFFERED=1 KAOPING_DATA=/data
USER kaoping
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["kaoping", "serve", "--host", "0.0.0.0", "--port", "8000", "--data", "/data"]
