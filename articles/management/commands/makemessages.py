"""Django's ``makemessages``, for the names that this project calls gettext by. `make messages` calls it."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    help = "Gathers the words of the interface for translators. `make messages` calls this."
    # The admin says `now` where a text is wanted at once, beside the lazy `_`.
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=now"]
