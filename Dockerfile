# Dateline in a container: a user without rights, a root file system that may be read only, nothing written but /data and /tmp.
#   docker build -t dateline .        # --build-arg PIP_EXTRA_INDEX_URL=... for torch's CPU build, see the README
#   docker compose up
FROM python:3.11-slim AS build
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_EXTRA_INDEX_URL=$PIP_EXTRA_INDEX_URL PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE app.py ./
COPY qa qa
COPY ingest ingest
COPY prompts prompts
RUN python -m venv /opt/dateline \
 && /opt/dateline/bin/pip install --constraint constraints.txt '.[mcp]'

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin dateline \
 && install -d -o dateline -g dateline /data /cache
COPY --from=build /opt/dateline /opt/dateline
ENV PATH=/opt/dateline/bin:$PATH \
    DATELINE_DATA_DIR=/data \
    DATELINE_CACHE_DIR=/cache \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
VOLUME ["/data", "/cache"]
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
# Signals go to the server itself, which finishes its answers within ten seconds.
ENTRYPOINT ["dateline"]
CMD ["serve", "--host", "0.0.0.0", "--port", "7860"]
