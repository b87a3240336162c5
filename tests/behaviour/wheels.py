"""Makes the wheels of the tests of packages, with the guest's own Python: one folder, all of them tiny."""

import io
import tarfile
import zipfile

ELF = b"\x7fELF\x02\x01\x01" + bytes(57)


def wheel(name, version, files, tag="py3-none-any", metadata="", info={}):
    with zipfile.ZipFile(f"{name}-{version}-{tag}.whl", "w") as archive:
        own = f"{name}-{version}.dist-info"
        files = dict(files)
        files[f"{own}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}\n"
        files[f"{own}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n"
        for file, content in info.items():
            files[f"{own}/{file}"] = content
        record = "".join(f"{file},,\n" for file in files)
        files[f"{own}/RECORD"] = f"{record}{own}/RECORD,,\n"
        for file, content in files.items():
            archive.writestr(file, content)


def source(name, version):
    with tarfile.open(f"{name}-{version}.tar.gz", "w:gz") as archive:
        for file, content in {
            "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            "setup.py": "open('/tmp/croquant-setup-ran', 'w')\n",
        }.items():
            data = content.encode()
            member = tarfile.TarInfo(f"{name}-{version}/{file}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


wheel("pure", "1.0", {"pure/__init__.py": "name = __name__\n", "pure/__main__.py": "print('pure as a module')\n"})
wheel("dependent", "2.0", {"dependent.py": "import pure\nname = pure.name\n"}, metadata="Requires-Dist: pure>=1\n")
wheel("tagged", "1.0", {"tagged.py": "", "_tagged.so": ELF}, tag="cp313-cp313-manylinux_2_17_x86_64")
wheel("mislabelled", "1.0", {"mislabelled/__init__.py": "", "mislabelled/_speed.cpython-313-x86_64-linux-gnu.so": ELF})
wheel("needs_tagged", "1.0", {"needs_tagged.py": ""}, metadata="Requires-Dist: tagged\n")
wheel("newer", "1.0", {"newer.py": ""}, metadata="Requires-Python: >=3.99\n")
wheel("elsewhere", "1.0", {"elsewhere.py": ""}, metadata="Requires-Dist: tagged; sys_platform == 'linux'\n")
wheel(
    "console",
    "1.0",
    {"console_code.py": "import sys\ndef main():\n    print('console', sys.argv)\n    return 3\n"},
    info={"entry_points.txt": "[console_scripts]\nconsole-cli = console_code:main\nhttp = console_code:main\njson.tool = console_code:main\n"},
)
wheel(
    "starter",
    "1.0",
    {
        "starter.py": "",
        "starter.pth": "import builtins; builtins.started = True\n",
        "sitecustomize.py": "import builtins; builtins.started = True\n",
    },
)
source("only_source", "1.0")
