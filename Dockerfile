# syntax=docker/dockerfile:1
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# What restore needs, alone: the layer is reused until a package or a project file changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/EdgeProxy.Acme/EdgeProxy.Acme.csproj src/EdgeProxy.Acme/
COPY src/EdgeProxy/EdgeProxy.csproj src/EdgeProxy/
RUN dotnet restore src/EdgeProxy/EdgeProxy.csproj --use-current-runtime -p:PublishReadyToRun=true

COPY BannedSymbols.txt .editorconfig appsettings.json appsettings.Development.json ./
COPY src src
RUN dotnet publish src/EdgeProxy/EdgeProxy.csproj --no-restore --use-current-runtime --no-self-contained \
      --configuration Release -p:PublishReadyToRun=true --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
LABEL org.opencontainers.image.title="EdgeProxy" \
      org.opencontainers.image.description="TLS, certificates and reverse proxy in one process" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /app .
# A new named volume takes over this folder's owner and mode.
RUN install --directory --mode=700 --owner=$APP_UID --group=$APP_UID /data
ENV EdgeProxy__DataDirectory=/data
USER $APP_UID
EXPOSE 80 443
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["dotnet", "/app/EdgeProxy.dll", "health"]
ENTRYPOINT ["dotnet", "/app/EdgeProxy.dll"]
