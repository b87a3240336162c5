import getpass, grp, io, os, pathlib, platform, pwd, stat, tarfile

print(os.getuid(), os.geteuid(), os.getgid(), os.getegid(), os.getgroups())
print(os.getresuid(), os.getresgid())
print(os.getlogin(), getpass.getuser(), os.uname().nodename, platform.node())
me = pwd.getpwuid(os.getuid())
print(me.pw_name, me[2], me.pw_gid, me.pw_dir)
print(pwd.getpwnam("root").pw_name, pwd.getpwnam("root").pw_uid, grp.getgrgid(1000)[0], grp.getgrnam("user").gr_mem, [g.gr_name for g in grp.getgrall()])
print(os.path.expanduser("~"), os.path.expanduser("~user"), os.path.expanduser("~root"), pathlib.Path.home())
open("/tmp/made", "w").close()
for name in __file__, "data", "data/file", "/tmp/made", "/dev/null", os.__file__:
    path = pathlib.Path(name).absolute()
    print(path, path.owner(), path.group(), path.stat().st_uid)
print(os.fstat(0).st_uid, os.lstat("data/file").st_gid)
for call in (lambda: pwd.getpwnam("nobody")), (lambda: pwd.getpwuid(1001)), (lambda: grp.getgrgid(5)):
    try:
        call()
    except KeyError as error:
        print("KeyError", error)
with tarfile.open(fileobj=io.BytesIO(), mode="w") as archive:
    info = archive.gettarinfo("/tmp/made")
print(info.uname, info.gname)
before = os.umask(0o077)
os.close(os.open("/tmp/private", os.O_CREAT | os.O_WRONLY))
print(oct(before), oct(os.umask(0o027)), stat.filemode(os.stat("/tmp/private").st_mode), end=" ")
os.mkdir("/tmp/shared")
print(stat.filemode(os.stat("/tmp/shared").st_mode))
