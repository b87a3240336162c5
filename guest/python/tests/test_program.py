import os
import pathlib
import sys
import tempfile
import types
import unittest
from unittest import mock

from _croquant import absent, program, sources


class Program(unittest.TestCase):
    def setUp(self):
        for patch in (mock.patch.object(sys, "path", ["", "/lib"]), mock.patch.dict(sys.modules), mock.patch.object(program, "captured", {"statistics", "json", "traceback"})):
            patch.start()
            self.addCleanup(patch.stop)
        for name in ("statistics", "json", "json.decoder"):
            sys.modules[name] = types.ModuleType(name)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def enter(self):
        program.enter_folder(str(self.folder))

    def test_the_folder_takes_the_place_of_the_working_folder(self):
        self.enter()
        self.assertEqual(sys.path, [str(self.folder), "/lib"])

    def test_modules_of_the_same_name_are_unloaded(self):
        (self.folder / "statistics.py").touch()
        (self.folder / "json").mkdir()
        (self.folder / "json/__init__.py").touch()
        self.enter()
        self.assertFalse({"statistics", "json", "json.decoder"} & set(sys.modules))

    def test_a_folder_that_is_no_package_unloads_nothing(self):
        (self.folder / "json").mkdir()
        self.enter()
        self.assertIn("json", sys.modules)

    def test_what_python_itself_has_loaded_stays(self):
        (self.folder / "traceback.py").touch()
        self.enter()
        self.assertIn("traceback", sys.modules)

    def test_a_folder_that_cannot_be_read(self):
        program.enter_folder(os.path.join(self.folder, "nothing"))
        self.assertIn("json", sys.modules)


class Sources(unittest.TestCase):
    def setUp(self):
        patch = mock.patch.object(sources, "STDLIB", "/usr/lib/python3.13")
        patch.start()
        self.addCleanup(patch.stop)

    def test_specs_have_files(self):
        spec = sources.spec_of("json")
        self.assertEqual((spec.origin, spec.submodule_search_locations), ("/usr/lib/python3.13/json/__init__.py", ["/usr/lib/python3.13/json"]))
        self.assertEqual(sources.spec_of("json.tool").origin, "/usr/lib/python3.13/json/tool.py")

    def test_sources_are_decoded(self):
        self.assertEqual(sources.spec_of("json").loader.get_source(), "# é\nx = 1\n")
        self.assertEqual(sources.spec_of("json").loader.get_data("/usr/lib/python3.13/json/tool.py")[:3], b"# \xc3")

    def test_finders(self):
        top, package = sources.Finder("/usr/lib/python3.13"), sources.Finder("/usr/lib/python3.13/json")
        self.assertEqual(sorted(top.iter_modules()), [("json", True), ("textwrap", False)])
        self.assertEqual(sorted(package.iter_modules("json.")), [("json.decoder", False), ("json.tool", False)])
        self.assertEqual(package.find_spec("json.tool").name, "json.tool")
        self.assertIsNone(top.find_spec("nothing"))
        for path in ("/usr/lib", "/usr/lib/python3.13/textwrap", "/usr/lib/python3.13x"):
            with self.assertRaises(ImportError):
                sources.Finder(path)


class Absent(unittest.TestCase):
    def test_modules(self):
        with self.assertRaisesRegex(ModuleNotFoundError, "No module named '_tkinter': there is no screen"):
            absent.Finder.find_spec("_tkinter")
        self.assertIsNone(absent.Finder.find_spec("mine"))

    def test_functions(self):
        with self.assertRaisesRegex(AttributeError, "no attribute 'fork': there are no other processes"):
            absent.os_attribute("fork")
        with self.assertRaisesRegex(AttributeError, "no attribute 'nothing'$"):
            absent.os_attribute("nothing")

    def test_threads(self):
        threading = types.SimpleNamespace()
        absent.patch_threading(threading)
        with self.assertRaisesRegex(RuntimeError, "threads cannot be started here"):
            threading._start_joinable_thread(print)

    def test_subprocess(self):
        class Popen:
            def __init__(self, args):
                pass

        subprocess = types.SimpleNamespace(Popen=Popen)
        absent.patch_subprocess(subprocess)
        with self.assertRaisesRegex(OSError, "no other processes"):
            subprocess.Popen(["ls"])
