"""Formats of numbers and dates where Django's own do not fit, one package a language."""
