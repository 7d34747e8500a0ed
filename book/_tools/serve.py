"""`make serve`: show a folder of pages at an address on this machine."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def end_headers(self):
        # A rebuilt book must not be mixed with what the browser remembers of the last one.
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def main(folder, port):
    """Serve `folder` until Ctrl-C; exit with a word of advice where the port is taken."""
    try:
        server = ThreadingHTTPServer(("127.0.0.1", int(port)), partial(_Handler, directory=folder))
    except OSError as error:
        sys.exit(f"port {port}: {error.strerror}; choose another, such as `make book PORT=8123`")
    with server:
        print(f"The book: http://localhost:{server.server_port}/ (Ctrl-C stops)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main(*sys.argv[1:])
