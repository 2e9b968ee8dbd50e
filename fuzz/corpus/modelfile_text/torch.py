class M(Module):
  def f(self): torch.save(x, "a")
