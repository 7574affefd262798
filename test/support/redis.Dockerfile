# A Redis for tests, from Debian's packages, on the image that the gateway is built on.
ARG NODE_IMAGE
FROM ${NODE_IMAGE}
USER 0
RUN apt-get -q update \
 && DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/*
USER 1000:1000
