"""``manage.py demo_editor``: an account to try the admin with."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

NAME = "editor"


class Command(BaseCommand):
    help = "Create the account “editor”, with a random password that is shown once, if nobody has an account yet."

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model()._default_manager
        if users.exists():
            self.stdout.write("Somebody can sign in to the admin already: no demo account was made.")
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser(username=NAME, password=password)
        self.stdout.write(f"A demo account for /admin/ was made: name {NAME}, password {password}")
        another = "DEBUG=true .venv/bin/python manage.py changepassword editor"
        self.stdout.write(f"The password is shown only this once. To set another: {another}")
