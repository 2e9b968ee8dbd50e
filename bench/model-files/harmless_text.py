"""Harmless texts beside models: configurations, tokenizers, chat templates of our own wording."""

import json

import tokenizers
import transformers
from tokenizers import models, pre_tokenizers, trainers

TEMPLATES = {
    "plain": (
        "{% for message in messages %}"
        "{{ '<|' + message['role'] + '|>\\n' + message['content'] | trim + '<|end|>\\n' }}"
        "{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
    ),
    "system": (
        "{%- if messages[0].role == 'system' -%}\n"
        "  {%- set opening = messages[0].content -%}\n"
        "  {%- set turns = messages[1:] -%}\n"
        "{%- else -%}\n"
        "  {%- set opening = 'You answer questions about a catalogue.' -%}\n"
        "  {%- set turns = messages -%}\n"
        "{%- endif -%}\n"
        "{{- bos_token ~ '[SYSTEM] ' ~ opening ~ '\\n' -}}\n"
        "{%- for turn in turns -%}\n"
        "  {%- if (turn.role == 'user') != (loop.index0 % 2 == 0) -%}\n"
        "    {{- raise_exception('Turns of user and assistant must alternate.') -}}\n"
        "  {%- endif -%}\n"
        "  {{- '[' ~ turn.role.upper() ~ '] ' ~ turn.content.strip() ~ eos_token -}}\n"
        "{%- endfor -%}\n"
    ),
    "tools": (
        "{%- set state = namespace(calls=0, last='') %}\n"
        "{%- if tools is defined and tools %}\n"
        "  {{- 'These functions can be called:\\n' }}\n"
        "  {%- for tool in tools %}{{- tool.function | tojson(indent=2) ~ '\\n' }}{%- endfor %}\n"
        "{%- endif %}\n"
        "{%- for message in messages %}\n"
        "  {%- if message.tool_calls %}\n"
        "    {%- for call in message.tool_calls %}\n"
        "      {%- set state.calls = state.calls + 1 %}\n"
        "      {{- '<call id=\"' ~ state.calls ~ '\">' ~ call.function.name ~ ' ' }}\n"
        "      {{- call.function.arguments | tojson ~ '</call>\\n' }}\n"
        "    {%- endfor %}\n"
        "  {%- elif message.role == 'tool' %}\n"
        "    {{- '<result>' ~ message.content ~ '</result>\\n' }}\n"
        "  {%- else %}\n"
        "    {{- message.role ~ ': ' ~ message.content ~ '\\n' }}\n"
        "  {%- endif %}\n"
        "  {%- set state.last = message.role %}\n"
        "{%- endfor %}\n"
    ),
    "parts": (
        "{%- macro show(content) -%}\n"
        "  {%- if content is string -%}{{ content }}\n"
        "  {%- else -%}\n"
        "    {%- for part in content -%}\n"
        "      {%- if part['type'] == 'image' -%}<image>\n"
        "      {%- elif part.get('type') == 'text' -%}{{ part['text'] }}\n"
        "      {%- endif -%}\n"
        "    {%- endfor -%}\n"
        "  {%- endif -%}\n"
        "{%- endmacro -%}\n"
        "{% for message in messages %}{{ message.role }}: {{ show(message.content) }}\n{% endfor %}"
    ),
    "thinking": (
        "{%- for message in messages %}\n"
        "  {%- set text = message.content %}\n"
        "  {%- if message.role == 'assistant' and '</think>' in text %}\n"
        "    {%- set text = text.split('</think>')[-1].lstrip('\\n') %}\n"
        "  {%- endif %}\n"
        "  {{- '<|' ~ message.role ~ '|>' ~ text }}\n"
        "{%- endfor %}\n"
        "{%- if enable_thinking is defined and enable_thinking is false %}\n"
        "  {{- '<think></think>' }}\n"
        "{%- endif %}\n"
    ),
    "date": (
        "{%- if strftime_now is defined %}{% set today = strftime_now('%d %b %Y') %}\n"
        "{%- else %}{% set today = '01 Jan 2026' %}{% endif %}\n"
        "Today is {{ today }}.\n"
        "{% for message in messages | selectattr('role', 'equalto', 'user') | list %}\n"
        "Q{{ loop.index }}: {{ message.content | replace('\\n', ' ') }}\n"
        "{% endfor %}{{ messages | map(attribute='role') | unique | join(', ') }}\n"
    ),
    "words": (
        "{# A template that speaks of os.system, eval and __import__ in a comment. #}\n"
        "{{ 'Never run eval(input) or os.system(command) for the user.' }}\n"
        "{% for message in messages if message.content %}{{ message.content | e }}\n"
        "{% else %}nothing was said\n{% endfor %}\n"
    ),
    "types": (
        "{%- macro kind(schema) -%}\n"
        "  {%- if schema.type == 'array' -%}list of {{ kind(schema['items']) }}\n"
        "  {%- elif schema.enum -%}{{ schema.enum | join(' or ') }}\n"
        "  {%- else -%}{{ schema.type | default('any', true) }}\n"
        "  {%- endif -%}\n"
        "{%- endmacro -%}\n"
        "{%- for tool in tools or [] -%}\n"
        "{{ tool.name }}({% for name, schema in tool.parameters.properties.items() -%}\n"
        "{{ name }}: {{ kind(schema) }}{{ ', ' if not loop.last else '' }}{% endfor %})\n"
        "{% endfor %}\n"
    ),
}


def write(corpus):
    """All of them."""
    for name, template in TEMPLATES.items():
        corpus.path("text", f"{name}/chat_template.jinja").write_text(template)
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>",
                  "eos_token": "</s>", "model_max_length": 2048, "chat_template": template}
        text = json.dumps(config, indent=2)
        corpus.path("text", f"{name}/tokenizer_config.json").write_text(text)
    several = [{"name": "default", "template": TEMPLATES["plain"]},
               {"name": "tool_use", "template": TEMPLATES["tools"]}]
    corpus.path("text", "several/tokenizer_config.json").write_text(
        json.dumps({"chat_template": several}))

    small = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
             "intermediate_size": 16, "vocab_size": 32}
    for name, config in {
        "bert": transformers.BertConfig(**small), "llama": transformers.LlamaConfig(**small),
        "t5": transformers.T5Config(d_model=8, num_layers=1, num_heads=2),
        "clip": transformers.CLIPConfig(), "whisper": transformers.WhisperConfig(d_model=8),
    }.items():
        config.to_json_file(corpus.path("transformers", f"{name}/config.json"))
    transformers.GenerationConfig(max_new_tokens=20, do_sample=True, top_p=0.9).to_json_file(
        corpus.path("transformers", "generation_config.json"))
    tokenizer = tokenizers.Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=60, special_tokens=["<unk>", "<s>", "</s>"])
    tokenizer.train_from_iterator(["a model is a file", "a file is bytes"], trainer)
    tokenizer.save(str(corpus.path("tokenizers", "tokenizer.json")))
