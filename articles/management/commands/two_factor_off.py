"""Help somebody who has lost both phone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from articles import two_factor


class Command(BaseCommand):
    help = "Switch two-factor sign-in off for one account. Make sure first that it is its owner who asks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the account's name")

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model()._default_manager
        user = users.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"Nobody is called {options['name']}.")
        if two_factor.end(user):
            self.stdout.write(f"{options['name']} signs in with the password alone now.")
        else:
            self.stdout.write(f"{options['name']} had no second factor.")
