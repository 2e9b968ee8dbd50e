import os as o
class M:
  def f(self): o.system("a")
