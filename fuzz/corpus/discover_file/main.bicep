@allowed([
  'a'
])
param m string = 'gpt-4o'
var v = { a: !empty(m) ? m : 'x' }
module ai 'br/public:avm/res/cognitive-services/account:0.7.2' = if (m == 'x') {
  params: { deployments: concat([{ model: { format: 'OpenAI', name: v.a } }], []) }
}
resource a 'Microsoft.Search/searchServices@2023' = [for (x, i) in range(0, 3): {
  name: '${m}-${i}'
  resource b 'b' = {
    name: '''
plain'''
  }
}]
