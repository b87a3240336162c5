from pathlib import Path
root = Path("/tmp/p")
(root / "x" / "y").mkdir(parents=True)
(root / "x" / "a.txt").write_text("alpha")
(root / "x" / "y" / "b.txt").write_bytes(b"beta")
print(sorted(str(p.relative_to(root)) for p in root.rglob("*.txt")))
print(sorted(p.name for p in (root / "x").iterdir()))
p = root / "x" / "a.txt"
print(p.read_text(), p.stat().st_size, p.suffix, p.is_file(), p.exists())
p.rename(root / "c.txt")
print(p.exists(), (root / "c.txt").read_text())
(root / "c.txt").unlink()
(root / "c.txt").unlink(missing_ok=True)
print(Path.cwd(), Path.home(), Path("~/f").expanduser(), Path("../x").resolve())
(root / "touched").touch()
print(list(root.glob("t*")))
for folder, folders, files in root.walk():
    print(folder, sorted(folders), files)
