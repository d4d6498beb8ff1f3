"""Ingests help articles for retrieval: chunks with overlap, hashed ids, a hashed bag of words as embedding, an index."""

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

DIM = 32


@dataclass
class Document:
    doc_id: str
    text: str
    metadata: dict = field(default_factory=dict)


@dataclass
class Chunk:
    chunk_id: str
    doc_id: str
    position: int
    text: str
    section: str
    embedding: list = field(default_factory=list, repr=False)


class JsonLinesLoader:
    def __init__(self, path):
        self.path = Path(path)

    def lazy_load(self):
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if record["language"] != "en" or not record["body"]:
                    continue
                yield Document(
                    record["article_id"],
                    f"{record['title']}. {record['body']}",
                    {"section": record["section"], "updated": record["updated"]},
                )


class Splitter:
    def __init__(self, chunk_size=14, overlap=4):
        self.chunk_size = chunk_size
        self.overlap = overlap

    def split(self, document):
        words = document.text.split()
        step = self.chunk_size - self.overlap
        for position, start in enumerate(range(0, max(len(words) - self.overlap, 1), step)):
            text = " ".join(words[start : start + self.chunk_size])
            digest = hashlib.sha1(f"{document.doc_id}:{text}".encode()).hexdigest()[:12]
            yield Chunk(digest, document.doc_id, position, text, document.metadata["section"])


def embed(text):
    vector = [0.0] * DIM
    for token in re.findall(r"[a-z]+", text.lower()):
        vector[int(hashlib.md5(token.encode()).hexdigest(), 16) % DIM] += 1.0
    norm = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [round(value / norm, 6) for value in vector]


class Index:
    def __init__(self):
        self.chunks = {}

    def add(self, chunks):
        for chunk in chunks:
            if chunk.chunk_id not in self.chunks:
                chunk.embedding = embed(chunk.text)
                self.chunks[chunk.chunk_id] = chunk

    def search(self, query, k=3):
        vector = np.array(embed(query))
        scored = [(float(vector @ np.array(one.embedding)), one.chunk_id) for one in self.chunks.values()]
        return sorted(scored, reverse=True)[:k]

    def save(self, folder):
        folder.mkdir(exist_ok=True)
        kept = sorted(self.chunks.values(), key=lambda one: (one.doc_id, one.position))
        with (folder / "chunks.jsonl").open("w") as out:
            for chunk in kept:
                row = asdict(chunk)
                row.pop("embedding")
                out.write(json.dumps(row) + "\n")
        np.save(folder / "vectors.npy", np.array([one.embedding for one in kept]).sum(axis=1, keepdims=True))


def main():
    loader, splitter, index = JsonLinesLoader("articles.jsonl"), Splitter(), Index()
    manifest = []
    for document in loader.lazy_load():
        chunks = list(splitter.split(document))
        index.add(chunks)
        manifest.append({"doc": document.doc_id, "chunks": len(chunks), "updated": document.metadata["updated"]})
    index.save(Path("index"))
    Path("manifest.json").write_text(json.dumps(manifest, indent=1))
    hits = [
        {"question": question, "chunk": chunk, "document": index.chunks[chunk].doc_id, "score": round(score, 4)}
        for question in ("refund for a delayed flight", "baggage claim policy")
        for score, chunk in index.search(question)
    ]
    Path("hits.json").write_text(json.dumps(hits))


if __name__ == "__main__":
    main()
