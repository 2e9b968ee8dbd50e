variable "m" {
  default = "gpt-4o"
}
locals { all = [for k, v in { a = 1 } : "${k}-${v}" if v > 0] }
resource "azurerm_cognitive_deployment" "d" {
  for_each = toset(["a", "b"])
  model {
    format = "OpenAI"
    name = var.m != "" ? var.m : each.key
  }
  dynamic "env" {
    for_each = local.all
    content { value = env.value }
  }
}
x = <<-EOT
  %{ if a }$${b}%{ endif }
EOT
