"""Calls of a client while a span of a framework is open, which may tell of them; says what it has made."""

import sys
import time

import begin
from opentelemetry.sdk.trace import TracerProvider

name, number = sys.argv[1], int(sys.argv[2])
provider = TracerProvider(shutdown_on_exit=False)
provider.add_span_processor(begin.driftline.span_processor("desk"))
framework, client = provider.get_tracer("openinference.framework"), provider.get_tracer("openinference.client")
print("begun", flush=True)


def said(text):
    return {"openinference.span.kind": "LLM", "llm.model_name": "m", "llm.token_count.prompt": 7, "output.value": text}


for one in range(number):
    outer = framework.start_span("framework")
    print("making", one, flush=True)
    client.start_span("client", attributes=said(f"{name} {one}")).end()
    print("made", one, flush=True)
    time.sleep(0.05)
    if one % 2:  # else it stays open, and the call waits
        outer.set_attributes(said(f"{name} {one}"))
        outer.end()
print("end", flush=True)
time.sleep(0.5)
