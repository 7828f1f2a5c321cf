# The image of every Zwaan process; the command chooses which one: web, worker, topics, …
# The build takes packages from the index that PIP_INDEX_URL and UV_DEFAULT_INDEX name, if given;
# the locks' hashes decide what is accepted.

FROM python:3.12-slim AS build
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /src

COPY requirements.lock requirements-dev.lock ./
RUN awk '/^[^ #]/ { keep = /^uv==/ } keep' requirements-dev.lock > /tmp/uv.lock \
    && pip install --no-cache-dir --require-hashes -r /tmp/uv.lock \
    && uv venv /opt/zwaan \
    && uv pip install --python /opt/zwaan/bin/python --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY templates templates
COPY services services
COPY connectors connectors
COPY streams streams
COPY examples examples
RUN uv build --wheel --out-dir /tmp/wheel --require-hashes --build-constraint requirements-dev.lock \
    && uv pip install --python /opt/zwaan/bin/python --no-deps --no-index /tmp/wheel/*.whl


FROM python:3.12-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/zwaan \
        --shell /usr/sbin/nologin zwaan \
    && install --directory --owner=zwaan --group=zwaan --mode=0700 /var/lib/zwaan
COPY --from=build /opt/zwaan /opt/zwaan
ENV PATH=/opt/zwaan/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ZWAAN_DATA=/var/lib/zwaan \
    ZWAAN_LOG_FORMAT=json
WORKDIR /var/lib/zwaan
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["zwaan"]
CMD ["web"]
