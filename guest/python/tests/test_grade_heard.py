"""What the submission warns of and logs is heard by tests that listen, and by no others."""

import logging
import types
import warnings

from _croquant.grade import api, faults, logs
from scripted import Scripted
from two_sessions import TwoSessions


class Heard(TwoSessions):
    files = {
        "loud.py": """
            import logging
            import warnings

            class Strange(UserWarning):
                pass

            log = logging.getLogger("loud")

            def old():
                warnings.warn("old function", DeprecationWarning)
                return 1

            def strange():
                warnings.warn(Strange("odd"))

            def speak(name="loud"):
                logging.getLogger(name).debug("fine %d", 1)
                logging.getLogger(name).info("said %s", "so")
                logging.getLogger(name).error("bad")
            """
    }

    def setUp(self):
        super().setUp()
        import loud

        self.loud = loud

    def test_warnings(self):
        with self.assertWarns(DeprecationWarning) as caught:
            self.assertEqual(self.loud.old(), 1)
        self.assertEqual(str(caught.warning), "old function")
        with api.warns(UserWarning, match="odd") as all:
            self.loud.strange()
        self.assertIs(all[0].category, self.loud.Strange)
        with self.assertRaises(AssertionError), self.assertWarns(FutureWarning):
            self.loud.old()
        with warnings.catch_warnings(record=True) as all:
            warnings.simplefilter("error")
            with self.assertRaises(DeprecationWarning):
                self.loud.old()

    def test_logs(self):
        with self.assertLogs("loud", "INFO") as caught:
            self.loud.speak()
        self.assertEqual(caught.output, ["INFO:loud:said so", "ERROR:loud:bad"])
        with self.assertLogs() as caught:
            self.loud.speak("other")
        self.assertEqual(len(caught.records), 2)
        with self.assertNoLogs("loud", "CRITICAL"):
            self.loud.speak()

    def test_caplog(self):
        setting = types.SimpleNamespace(finishers=[])
        caplog = logs.Records(setting)
        self.loud.speak()
        self.assertEqual(caplog.messages, ["bad"])
        with caplog.at_level(logging.DEBUG, logger="loud"):
            self.loud.speak()
        self.assertEqual(caplog.messages, ["bad", "fine 1", "said so", "bad"])
        caplog.clear()
        caplog.set_level("INFO")
        setting.finishers[0]()
        with self.assertLogs("loud"):
            self.loud.speak()
        self.assertEqual(caplog.records, [])


class Lies(Scripted):
    def test_what_is_no_warning_or_record(self):
        self.check_lie(("warn", "old"))
        self.check_lie(("log", "a", "b", "c"))
        self.check_lie(("log", "a", 30, 5))
        self.assertRaises(faults.ProtocolError, self.ask, ("warn", 5))

    def test_no_warning_where_nobody_listens(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.ask(("log", "quiet", 1, "text"), ("is", None))
            self.assertEqual(self.sent[-1], ("is", None))
