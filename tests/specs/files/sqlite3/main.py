import os, sqlite3
db = sqlite3.connect("/tmp/data.db")
db.execute("create table t (id integer primary key, name text, data blob)")
db.executemany("insert into t (name, data) values (?, ?)", [("a", b"1"), ("b", b"2")])
db.commit()
db.close()
print(os.path.getsize("/tmp/data.db") > 0, os.listdir("/tmp"))
db = sqlite3.connect("/tmp/data.db")
print(db.execute("select * from t order by id desc").fetchall())
with db:
    db.execute("update t set name = upper(name)")
try:
    with db:
        db.execute("delete from t")
        raise ValueError
except ValueError:
    pass
print(db.execute("select group_concat(name) from t").fetchone())
print(db.execute("select json_extract('{\"a\": 5}', '$.a')").fetchone())
other = sqlite3.connect(":memory:")
db.backup(other)
print(other.execute("select count(*) from t").fetchone())
db.execute("vacuum")
print(db.execute("pragma integrity_check").fetchone())
