"""What the scripts beside this one share: real servers and EdgeProxy on free loopback ports, all gone when the script ends."""

import contextlib
import itertools
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TOOLS = pathlib.Path(os.environ.get("EDGEPROXY_TOOLS") or pathlib.Path.home() / ".cache/edgeproxy-tools") / "usr/bin"
PROGRAM = REPOSITORY / "src/EdgeProxy/bin/Release/net10.0/EdgeProxy.dll"
PATIENCE = 60

# Below Linux's ephemeral range, so that no outgoing connection takes one between the check and its use.
_ports = itertools.count(10_000 + os.getpid() * 101 % 20_000)


def free_port():
    for port in _ports:
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            sys.exit(f"did not {what} within {seconds} seconds")
        time.sleep(0.01)
    return result


def accepts(port):
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def serves_pebble(port, name):
    """Whether the certificate on the wire is Pebble's: its issuer's name stands in it as it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection, context.wrap_socket(connection, server_hostname=name) as tls:
            return b"Pebble Intermediate" in tls.getpeercert(binary_form=True)
    except OSError:
        return False


class Stage(contextlib.AbstractContextManager):
    """A temporary folder and the processes started in it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="edgeproxy-acceptance-"))
        self._processes = []

    def __exit__(self, *_):
        for process in reversed(self._processes):
            self.stop(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def start(self, name, *command, environment=None, folder=None):
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env={**os.environ, **(environment or {})}, cwd=folder or self.folder)
        self._processes.append(process)
        return process

    def stop(self, process):
        """Ends one process that this stage started, by its id."""
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self._processes:
            self._processes.remove(process)

    def identity(self):
        """A root of our own and a certificate for localhost: what the CA shows to its clients."""
        if not (self.folder / "ca.pem").exists():
            run = lambda *command: subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=Root of the acceptance scripts", "-keyout", "ca.key", "-out", "ca.pem")
            run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout",
                "server.key", "-out", "server.csr")
            self.write("server.ext", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
            run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "server.ext", "-out", "server.pem")
        return self.folder / "ca.pem"

    def pebble(self, http_port, current=True, strict=True):
        """Starts Pebble (and its DNS server, for which every name is 127.0.0.1); the URL of its directory."""
        self.identity()
        programs = TOOLS if current else pathlib.Path("/usr/bin")
        port, dns = free_port(), free_port()
        config = self.write(f"pebble-{port}.json", json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{port}", "managementListenAddress": f"127.0.0.1:{free_port()}",
            "certificate": str(self.folder / "server.pem"), "privateKey": str(self.folder / "server.key"),
            "httpPort": http_port, "tlsPort": free_port(), "ocspResponderURL": ""}}))
        flags = ["-dnsserver", f"127.0.0.1:{dns}", "-doh", ""] if current else ["-dns01", f"127.0.0.1:{dns}"]
        self.start("dns", programs / "pebble-challtestsrv", *flags, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-http01", "", "-https01", "",
                   "-tlsalpn01", "", "-management", f"127.0.0.1:{free_port()}")
        self.start("pebble", programs / "pebble", "-config", config, "-dnsserver", f"127.0.0.1:{dns}", *(["-strict"] if strict else []),
                   environment={"PEBBLE_WFE_NONCEREJECT": "50", "PEBBLE_CHAIN_LENGTH": "3", "PEBBLE_VA_NOSLEEP": "1"})
        wait(lambda: accepts(port), "start Pebble")
        return f"https://localhost:{port}/dir"

    def edgeproxy(self, section, http_port=None, wait_until_ready=True):
        """Starts EdgeProxy with an empty data directory; the process, which also says its ports and folder."""
        if not PROGRAM.exists():
            sys.exit(f"{PROGRAM} is not built; run: bash tests/run.sh")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="edgeproxy-", dir=self.folder))
        ports = {"HttpPort": http_port or free_port(), "HttpsPort": free_port()}
        admin = free_port()
        (folder / "appsettings.json").write_text(json.dumps({
            "Serilog": {"MinimumLevel": "Warning"},
            "EdgeProxy": {"BindAddress": "127.0.0.1", **ports, "Admin": {"Port": admin}, "DataDirectory": str(folder / "data"), **section}}))
        process = self.start("edgeproxy", "dotnet", PROGRAM, folder=folder)
        process.http_port, process.https_port, process.folder = ports["HttpPort"], ports["HttpsPort"], folder
        if wait_until_ready:
            wait(lambda: _is_ready(admin), "start EdgeProxy")
        return process

    def acme(self, directory_url):
        return {"Email": "ops@edge.test", "AcceptTermsOfService": True, "DirectoryUrl": directory_url, "TrustedRoots": str(self.identity())}

    def nginx(self, name, http):
        """Starts nginx with this text inside its http block."""
        folder = self.folder / name
        folder.mkdir()
        temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = self.write(f"{name}/nginx.conf", f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
                            f"events {{ worker_connections 1024; }}\nhttp {{ access_log off; {temporary}\n{http}\n}}\n")
        return self.start(name, shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-p", folder, "-c", config)


def _is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
