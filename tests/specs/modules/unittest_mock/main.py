from unittest import mock
import os
with mock.patch("os.getcwd", return_value="/mocked") as patched:
    print(os.getcwd(), patched.call_count)
m = mock.Mock(side_effect=[1, ValueError("x")])
print(m(5), m.call_args)
