"""Stand-ins, so that no test calls a model or a store."""

import sys
from unittest.mock import MagicMock

for name in ("qdrant_client", "qdrant_client.models", "sentence_transformers"):
    sys.modules.setdefault(name, MagicMock())
