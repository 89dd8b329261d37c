"""`python -m models.preview.train --work FOLDER`"""

import sys

from engine.contract.options import Parser
from models.preview.train.command import add_options, run

parser = Parser(prog="python -m models.preview.train", description="Train the preview checkpoint, or continue to.")
add_options(parser)
sys.exit(run(parser.parse_args()))
