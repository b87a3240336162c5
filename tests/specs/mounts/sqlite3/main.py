import sqlite3
db = sqlite3.connect("data/d.db")
db.execute("create table t (x)")
db.execute("insert into t values (42)")
db.commit()
db.close()
print(sqlite3.connect("data/d.db").execute("select x from t").fetchone())
import os
os.unlink("data/d.db")
