"""DuckDB's C interface, as far as is needed, on one thread."""
import ctypes
import pathlib
import subprocess
import sys


class DuckDB:
    def __init__(self, path):
        self.c = ctypes.CDLL(path)
        self.database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        assert self.c.duckdb_open(None, ctypes.byref(self.database)) == 0
        assert self.c.duckdb_connect(self.database, ctypes.byref(self.connection)) == 0
        self.query("SET threads = 1")

    def query(self, text):
        result = ctypes.create_string_buffer(256)  # a duckdb_result, which is shorter
        assert self.c.duckdb_query(self.connection, text.encode(), result) == 0, text
        self.c.duckdb_destroy_result(result)


def find(build):
    """None, and a word about it, where scripts/duckdb.sh has no library."""
    script = pathlib.Path(__file__).parents[2] / "scripts/duckdb.sh"
    found = subprocess.run(["sh", str(script), str(build)], capture_output=True, text=True)
    if found.stdout.strip():
        return DuckDB(found.stdout.strip())
    print(found.stderr.strip() + ": left out", file=sys.stderr)
    return None
