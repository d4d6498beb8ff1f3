"""Answers: served models, requests, spans of instrumented frameworks, what each answer stood on, and models in use."""
