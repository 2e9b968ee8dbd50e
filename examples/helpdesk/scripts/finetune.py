"""Teaches a small model the tone of the help desk. Runs on a workstation, by hand."""

from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

BASE_MODEL = "Qwen/Qwen2.5-0.5B-Instruct"

tokenizer = AutoTokenizer.from_pretrained(BASE_MODEL)
model = AutoModelForCausalLM.from_pretrained(BASE_MODEL, trust_remote_code=True)
model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, task_type="CAUSAL_LM"))

rows = load_dataset("json", data_files="data/finetune.jsonl", split="train")


def tokens(row: dict) -> dict:
    """One conversation as the model reads it."""
    text = tokenizer.apply_chat_template(row["messages"], tokenize=False)
    batch = tokenizer(text, truncation=True, max_length=512)
    batch["labels"] = batch["input_ids"].copy()
    return batch


Trainer(
    model=model,
    args=TrainingArguments(output_dir="adapter", num_train_epochs=3, per_device_train_batch_size=1),
    train_dataset=rows.map(tokens, remove_columns=["messages"]),
).train()
model.save_pretrained("adapter")
