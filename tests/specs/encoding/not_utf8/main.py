# -*- nothing -*-
name = "café"
