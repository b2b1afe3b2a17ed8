# dcgan on the processor; not built here (the machine this was written on has no Docker).
#   docker build -t dcgan .
#   docker run --rm -v "$PWD:/work" dcgan train --config quick --data my-pictures
FROM node:24-bookworm AS build
WORKDIR /source
COPY . .
RUN npm ci && npm run package

FROM node:24-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/dcgan-*.tgz /tmp/
ENV DCGAN_CACHE=/var/cache/dcgan
RUN npm install --global /tmp/dcgan-*.tgz && rm /tmp/dcgan-*.tgz && dcgan engine install --cpu
WORKDIR /work
ENTRYPOINT ["dcgan"]
