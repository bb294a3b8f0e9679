# The course with all that it needs; docs/places.md says how to build and run it.
FROM python:3.11-slim-bookworm AS base
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git make \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --shell /bin/bash --uid 1000 jovyan \
 && install --directory --owner=jovyan --group=jovyan /home/jovyan/course
USER jovyan
WORKDIR /home/jovyan/course

FROM base AS course
COPY --chown=jovyan:jovyan Makefile requirements* ./
RUN make .venv/.installed
COPY --chown=jovyan:jovyan . .
RUN make setup
EXPOSE 8888
CMD ["make", "lab", "HOST=0.0.0.0", "LAB=--no-browser"]
