import package.inner
