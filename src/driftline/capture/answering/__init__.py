"""Answers: served models, requests, spans of instrumented frameworks, and what each answer stood on."""
