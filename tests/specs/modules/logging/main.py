import logging, sys
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(name)s %(message)s", level=logging.INFO)
logging.getLogger("here").info("x=%d", 3)
logging.debug("not shown")
try:
    1 / 0
except ZeroDivisionError:
    logging.exception("failed")
