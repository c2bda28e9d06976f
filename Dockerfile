# An image with a C compiler, which makes kernels for the processor of each node. Without
# one, `courant image` makes a smaller image, and needs no Docker: see docs/deploy.md.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o /courant ./cmd/courant

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 65532 --create-home --shell /usr/sbin/nologin courant
COPY --from=build /courant /usr/bin/courant
USER 65532:65532
WORKDIR /home/courant
CMD ["courant"]
