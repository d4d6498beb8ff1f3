"""Redaction; which keys are secrets is judged by hand, what may move is tested against the parsed JSON."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.event import secrets
from driftline.event.secrets import redact

BLOT = "[redacted]"


def redacted(body: Any) -> Any:
    return json.loads(redact(json.dumps(body).encode()))


def test_environment_variables_that_look_like_secrets_lose_their_value() -> None:
    held = [
        {"name": "DB_PASSWORD", "value": 'p"w\\'},
        {"value": "k-1", "name": "OPENAI_API_KEY"},
        {"name": "REGION", "value": "eu-1"},
        {"name": "PWD", "value": "/srv"},
        {"name": "MAX_TOKENS", "value": "512"},
        {"name": "EMPTY_SECRET", "value": ""},
    ]
    facet = {"environmentVariables": {"_producer": "p", "environmentVariables": held}}
    found = redacted({"run": {"facets": facet}})["run"]["facets"]["environmentVariables"]["environmentVariables"]
    assert [one["value"] for one in found] == [BLOT, BLOT, "eu-1", "/srv", "512", ""]
    assert [one["name"] for one in found] == [one["name"] for one in held]


def test_execution_parameters_and_spark_properties_too() -> None:
    body = {
        "executionParameters": {
            "parameters": [
                {"key": "p1", "name": "Access token", "description": "d", "value": "t-1"},
                {"key": "db.credentials", "value": {"user": "u", "rest": ["x", 5, None, True]}},
                {"key": "args", "value": "--day=1 --client_secret=abc,next -Dx.password=p"},
            ]
        },
        "spark_properties": {
            "properties": {
                "spark.hadoop.fs.s3a.secret.key": "s",
                "spark.app.name": "orders",
                "spark.driver.extraJavaOptions": "-Djavax.net.ssl.keyStorePassword=pw -Dx=1",
                "fs.azure.account.key.store": 17,
            }
        },
    }
    found = redacted(body)
    first, second, third = found["executionParameters"]["parameters"]
    assert first == {"key": "p1", "name": "Access token", "description": "d", "value": BLOT}
    assert second["value"] == {"user": BLOT, "rest": [BLOT, BLOT, None, True]}
    assert third["value"] == f"--day=1 --client_secret={BLOT},next -Dx.password={BLOT}"
    assert found["spark_properties"]["properties"] == {
        "spark.hadoop.fs.s3a.secret.key": BLOT,
        "spark.app.name": "orders",
        "spark.driver.extraJavaOptions": f"-Djavax.net.ssl.keyStorePassword={BLOT} -Dx=1",
        "fs.azure.account.key.store": BLOT,
    }


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("postgres://user:pa:ss@db.example:5432/d", f"postgres://{BLOT}@db.example:5432/d"),
        ("redis://:pw@cache", f"redis://{BLOT}@cache"),
        ("mongodb://u:p@ss@a,b/d", f"mongodb://{BLOT}@a,b/d"),
        ("https://ghp_abc@git.example/a.git", f"https://{BLOT}@git.example/a.git"),
        (
            "jdbc:postgresql://h:1/d?user=u&password=p&ssl=true",
            f"jdbc:postgresql://h:1/d?user=u&password={BLOT}&ssl=true",
        ),
        ("jdbc:sqlserver://h:1;user=sa;password=p;x=1", f"jdbc:sqlserver://h:1;user=sa;password={BLOT};x=1"),
        ("jdbc:oracle:thin:scott/tiger@h:1521:x", f"jdbc:oracle:thin:{BLOT}@h:1521:x"),
        ("copy t from 's3://b/k?X-Amz-Security-Token=abc'", f"copy t from 's3://b/k?X-Amz-Security-Token={BLOT}'"),
        ("postgres://h:5432", "postgres://h:5432"),
        ("abfss://container@account/x", "abfss://container@account/x"),
        ("git@git.example:desk/join.git", "git@git.example:desk/join.git"),
        ("ssh://git@git.example/a", "ssh://git@git.example/a"),
        ("https://h:8080/a@b:c@d?page_token_count=5", "https://h:8080/a@b:c@d?page_token_count=5"),
        ("mail a@b.example, x=1; password=p", "mail a@b.example, x=1; password=p"),
    ],
)
def test_credentials_in_an_address_are_blotted_out_wherever_it_stands(text: str, after: str) -> None:
    body = {"inputs": [{"namespace": text, "facets": {"dataSource": {"uri": text}}}]}
    assert redacted(body) == {"inputs": [{"namespace": after, "facets": {"dataSource": {"uri": after}}}]}


def test_slashes_and_ampersands_may_be_escaped() -> None:
    raw = b'{"uri":"jdbc:x:\\/\\/u:p@h\\/d?a=1\\u0026password=q\\u0026b=2"}'
    assert redact(raw) == b'{"uri":"jdbc:x:\\/\\/[redacted]@h\\/d?a=1\\u0026password=[redacted]\\u0026b=2"}'


def test_the_logical_plan_and_other_facets_are_left_alone() -> None:
    body = {
        "spark.logicalPlan": {"plan": [{"url": "jdbc:x://u:p@h"}]},
        "sql": {"query": "set password = 'x'"},
        "other": {"password": "kept, for this facet does not carry settings"},
        "postgres://u:p@h": "a key stays what it is",
        "z": "x://u:p@h",
    }
    assert redacted(body) == {**body, "z": f"x://{BLOT}@h"}


def test_an_event_without_secrets_comes_back_as_the_same_object() -> None:
    plain = b'{"producer":"https://p/x?a=1","job":{"facets":{"sql":{"query":"select a from b where c=1"}}}}'
    settings = b'{"environmentVariables":{"environmentVariables":[{"name":"HOME","value":"/srv"}]}}'
    for raw in (plain, settings, b"", b"\xff", b'{"a": "b@c"}'):
        assert redact(raw) is raw


def test_keys_are_judged_by_their_words() -> None:
    secret = [
        *(
            "password",
            "PGPASSWORD",
            "db.passwd",
            "MYSQL_PWD",
            "apiKey",
            "api-key",
            "AWS_SECRET_ACCESS_KEY",
            "authToken",
        ),
        *("private_key", "credentials", "sslPassphrase", "azure.account.key", "STORAGE_CONNECTION_STRING"),
    ]
    plain = [
        *("PWD", "OLDPWD", "max_tokens", "tokenizer", "TOKENIZERS_PARALLELISM", "token_count", "primary_key", "user"),
        *("compass", "path"),
    ]
    assert [key for key in secret if not secrets.looks_secret(key)] == []
    assert [key for key in plain if secrets.looks_secret(key)] == []


_words = st.sampled_from(
    ["password", "name", "value", "key", "token", "user", "x", "environmentVariables", "spark_properties",
     "spark.logicalPlan", "executionParameters", "postgres://u:p@h", BLOT, 'q"\\', "é"]
)  # fmt: skip
_pieces = [*':@/?&;= "', "\\", "\n", "u", "h", "://", "https", "password", "oracle:thin:", BLOT]
_texts = st.one_of(
    _words,
    st.lists(st.sampled_from(_pieces), max_size=12).map("".join),
)
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), _texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_words, inner, max_size=5)),
    max_leaves=25,
)


def same_shape(before: Any, after: Any) -> bool:
    if isinstance(before, dict):
        return list(before) == list(after) and all(same_shape(before[key], after[key]) for key in before)
    if isinstance(before, list):
        return len(before) == len(after) and all(map(same_shape, before, after))
    return before == after or BLOT in after


@given(_json, st.booleans(), st.booleans())
def test_the_shape_stays_and_twice_is_once(body: Any, ascii_only: bool, spaced: bool) -> None:
    raw = json.dumps(
        {"environmentVariables": body, "b": body, "c": {"spark_properties": body}},
        ensure_ascii=ascii_only, indent=2 if spaced else None,
    ).encode()  # fmt: skip
    once = redact(raw)
    assert same_shape(json.loads(raw), json.loads(once))
    assert redact(once) is once


_shards = [b'"environmentVariables":', b'"password":"x"', b"://u:p@", b'"', *(bytes([one]) for one in b"{}[],:")]


@given(st.lists(st.one_of(st.binary(max_size=8), st.sampled_from(_shards)), max_size=15))
def test_bytes_that_are_no_json_raise_nothing(parts: list[bytes]) -> None:
    redact(b"".join(parts))


@pytest.mark.parametrize(
    "raw",
    [
        b'"' + b"://a:b@ " * 50_000,
        b'"spark.logicalPlan":[' * 20_000 + b"://a:b@c",
        b'"environmentVariables":' * 20_000 + b"{",
        b'{"environmentVariables":' + b"[" * 100_000,
        b'"\\' * 200_000 + b"://a:b@",
        b"://" + b"?password" * 50_000 + b"=",
        b'"environmentVariables":["' + b"a" * 400_000,
    ],
)
def test_redacting_takes_time_in_proportion(raw: bytes) -> None:
    begun = time.process_time()
    redact(raw)
    assert time.process_time() - begun < 2  # a second look at each byte would take hours
