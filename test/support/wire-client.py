"""A caller of the kernel's socket that uses the standard library alone and behaves as the public Python client of this interface does:
one connection for each call, one JSON object without a newline, no half-close, no timeout; pieces of 4096 bytes, each decoded by itself,
until what has come together is JSON; a reply that has a member `error` is an error, whatever is in it.

    python3 wire-client.py SOCKET    prints one JSON object a line: {"call", "result"} or {"call", "error": [code, message, data]}
"""
import json
import socket
import sys


class Refused(Exception):
    pass


class Client:
    def __init__(self, path):
        self.path = path
        self.count = 0

    def call(self, method, params):
        self.count += 1
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(self.path)
            connection.sendall(json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": self.count}).encode("utf-8"))
            text = ""
            while True:
                piece = connection.recv(4096)
                if not piece:
                    break
                text += piece.decode("utf-8")
                try:
                    json.loads(text)
                    break
                except json.JSONDecodeError:
                    continue
        reply = json.loads(text)
        if "error" in reply:
            error = reply["error"]
            raise Refused(error["code"], error["message"], error.get("data"))
        return reply["result"]


BELL = {
    "version": "0.1",
    "program": {"nodes": [
        {"id": "a", "op": "ALLOC_LQ", "args": {"n": 2, "profile": "logical:surface_code(d=3)"}, "vqs": ["q0", "q1"], "caps": ["CAP_ALLOC"]},
        {"id": "h", "op": "APPLY_H", "vqs": ["q0"]},
        {"id": "cx", "op": "APPLY_CNOT", "vqs": ["q0", "q1"]},
        {"id": "r0", "op": "MEASURE_Z", "vqs": ["q0"], "produces": ["m0"]},
        {"id": "r1", "op": "MEASURE_Z", "vqs": ["q1"], "produces": ["m1"]},
    ]},
    "resources": {"vqs": ["q0", "q1"], "chs": [], "events": ["m0", "m1"]},
    "caps": ["CAP_ALLOC"],
}


def main(path):
    client = Client(path)

    def told(method, params):
        try:
            result = client.call(method, params)
            print(json.dumps({"call": method, "result": result}), flush=True)
            return result
        except Refused as refused:
            print(json.dumps({"call": method, "error": list(refused.args)}), flush=True)
            return None

    session = told("q_negotiate_caps", {"requested": ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE", "CAP_LINK", "CAP_\u00c9"]})["session_id"]
    job = told("q_submit", {"graph": BELL, "policy": {"priority": 10, "debug": False, "seed": 42}, "session_id": session})["job_id"]
    told("q_wait", {"job_id": job, "session_id": session, "timeout_ms": 10000})
    told("q_wait", {"job_id": job, "session_id": session})
    told("q_status", {"job_id": job, "session_id": session})
    told("q_cancel", {"job_id": job, "session_id": session})
    told("q_get_telemetry", {"session_id": session})
    told("q_status", {"job_id": "job_0000000000000bad", "session_id": session})
    told("q_status", {"session_id": session})
    told("q_nothing", {})
    large = dict(BELL, description="\u00e9" * 50000)
    told("q_submit", {"graph": large, "policy": {"priority": 10, "debug": False}, "session_id": session})
    told("rpc.discover", {})


main(sys.argv[1])
