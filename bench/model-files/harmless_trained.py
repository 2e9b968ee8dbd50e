"""Harmless files of the second round: what training, hubs and tokenizers leave behind."""

import io
import json
import pathlib
import shutil
import tempfile

import diffusers
import gguf
import msgpack
import numpy as np
import peft
import pytorch_lightning
import safetensors.torch
import sentence_transformers
import sentencepiece
import spacy
import tokenizers
import torch
import transformers
from sentence_transformers.base.modules.transformer import Transformer
from sentence_transformers.sentence_transformer.modules.pooling import Pooling
from torch import nn


class Small(pytorch_lightning.LightningModule):
    """A linear layer with hyper-parameters."""

    def __init__(self, rate=0.1, layers=(4, 2)):
        super().__init__()
        self.save_hyperparameters()
        self.inner = nn.Linear(*layers)

    def training_step(self, batch, _):
        return self.inner(batch[0]).sum()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), self.hparams.rate)


def torch_files(corpus):
    """PyTorch: optimizers, whole modules, sharded and scripted weights."""
    save = lambda name, value, **options: torch.save(value, corpus.path("torch", name), **options)
    layer = nn.Linear(2, 2)
    for name in ("Adam", "Adagrad", "Adadelta", "RMSprop", "NAdam"):
        optimizer = getattr(torch.optim, name)(layer.parameters())
        layer(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        save(f"optimizer-{name.lower()}.pt", optimizer.state_dict())
    save("whole-recurrent.pt", nn.LSTM(2, 2))
    save("whole-attention.pt", nn.MultiheadAttention(2, 1))
    save("whole-convolution.pth", nn.Sequential(nn.Conv2d(1, 1, 3), nn.MaxPool2d(2), nn.Flatten(),
         nn.LayerNorm(2), nn.Dropout(), nn.Softmax(1)))
    save("whole-modules.pt", nn.ModuleDict({"a": nn.ModuleList([nn.Embedding(2, 2)]), "b": nn.PReLU()}))
    save("parameters.pt", nn.ParameterDict({"w": nn.Parameter(torch.ones(2))}))
    save("dataset.pt", torch.utils.data.TensorDataset(torch.ones(2, 2)))
    save("strings-and-sets.pt", {"labels": {"a", "b"}, "path": pathlib.Path("a"), "n": None})
    save("nested.pt", torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]))
    save("scheduler.pt", torch.optim.lr_scheduler.CosineAnnealingLR(
        torch.optim.SGD(layer.parameters(), 0.1), 5).state_dict())
    save("scaler.pt", torch.amp.GradScaler("cpu").state_dict())
    save("averaged.pt", torch.optim.swa_utils.AveragedModel(layer).state_dict())
    save("complex-and-bool.pt", {"c": torch.ones(2, dtype=torch.complex128), "b": torch.tensor([True])})
    save("rng-state.pth", {"python": __import__("random").Random(7).getstate()[:1],
         "numpy": np.random.RandomState(7).get_state()[2:], "cpu": torch.get_rng_state()[:8].clone()})
    exported = torch.export.export(layer, (torch.ones(1, 2),))
    for node in exported.graph.nodes:  # Where the library lay on the machine that exported.
        node.meta.pop("stack_trace", None)
    torch.export.save(exported, corpus.path("torch", "exported.pt2"))
    with tempfile.TemporaryDirectory() as folder:
        trainer = pytorch_lightning.Trainer(
            max_steps=1, logger=False, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False, accelerator="cpu", default_root_dir=folder)
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(2, 4)))
        trainer.fit(Small(), loader)
        trainer.save_checkpoint(corpus.path("pytorch-lightning", "last.ckpt"))
        trainer.save_checkpoint(corpus.path("pytorch-lightning", "weights.ckpt"), weights_only=True)


def hub(corpus):
    """transformers, peft, diffusers, sentence-transformers."""
    path = lambda library, name: corpus.path(library, name)
    with tempfile.TemporaryDirectory() as folder:
        arguments = transformers.TrainingArguments(output_dir="out", report_to=[], use_cpu=True)
        torch.save(arguments, path("transformers", "training_args.bin"))
        config = transformers.BertConfig(hidden_size=4, num_hidden_layers=1, num_attention_heads=1,
                                         intermediate_size=4, vocab_size=8, max_position_embeddings=8)
        model = transformers.BertModel(config, add_pooling_layer=False)
        state = {name: value.half() for name, value in list(model.state_dict().items())[:4]}
        torch.save(state, path("transformers", "pytorch_model.bin"))
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c"]
        pathlib.Path(folder, "vocab.txt").write_text("\n".join(vocabulary))
        tokenizer = transformers.BertTokenizerFast(str(pathlib.Path(folder, "vocab.txt")))
        tokenizer.save_pretrained(f"{folder}/tokenizer")
        for file in sorted(pathlib.Path(folder, "tokenizer").iterdir()):
            shutil.copy(file, path("transformers", f"tokenizer/{file.name}"))
        model.save_pretrained(f"{folder}/bert")
        tokenizer.save_pretrained(f"{folder}/bert")
        word = Transformer(f"{folder}/bert")
        pooling = Pooling(4)
        sentences = sentence_transformers.SentenceTransformer(modules=[word, pooling], device="cpu")
        sentences.save(f"{folder}/sentences", create_model_card=False)
        for file in sorted(pathlib.Path(folder, "sentences").rglob("*.json")):
            if file.stat().st_size < 10_000:
                name = file.relative_to(f"{folder}/sentences")
                shutil.copy(file, path("sentence-transformers", f"small/{name}"))
        peft.LoraConfig(r=2, target_modules=["query"], base_model_name_or_path="annex/base").save_pretrained(
            f"{folder}/adapter")
        shutil.copy(f"{folder}/adapter/adapter_config.json", path("peft", "adapter_config.json"))
        diffusers.DDIMScheduler().save_pretrained(f"{folder}/scheduler")
        shutil.copy(f"{folder}/scheduler/scheduler_config.json", path("diffusers", "scheduler_config.json"))
        unet = diffusers.UNet2DModel(sample_size=8, block_out_channels=(4,), norm_num_groups=1, layers_per_block=1,
                                     down_block_types=("DownBlock2D",), up_block_types=("UpBlock2D",))
        diffusers.DDPMPipeline(unet, diffusers.DDPMScheduler()).save_pretrained(f"{folder}/pipeline")
        shutil.copy(f"{folder}/pipeline/model_index.json", path("diffusers", "model_index.json"))
        shutil.copy(f"{folder}/pipeline/unet/config.json", path("diffusers", "unet/config.json"))
    transformers.GenerationConfig(eos_token_id=[1, 2], temperature=0.6).to_json_file(
        path("transformers", "sampling/generation_config.json"))
    for name, config in {
        "qwen": transformers.Qwen2Config(), "mixtral": transformers.MixtralConfig(),
        "vit": transformers.ViTConfig(), "gpt2": transformers.GPT2Config(),
        "quantized": transformers.LlamaConfig(quantization_config={"quant_method": "gptq", "bits": 4}),
    }.items():
        config.to_json_file(path("transformers", f"{name}/config.json"))
    index = {"metadata": {"total_size": 8}, "weight_map": {"a": "pytorch_model-00001-of-00001.bin"}}
    path("transformers", "pytorch_model.bin.index.json").write_text(json.dumps(index))


def words(corpus):
    """Tokenizers and pipelines of text."""
    buffer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a model is a file", "a file is bytes"] * 9), model_writer=buffer,
        vocab_size=24, hard_vocab_limit=False, normalization_rule_name="identity", minloglevel=9)
    corpus.path("sentencepiece", "tokenizer.model").write_bytes(buffer.getvalue())
    corpus.path("sentencepiece", "spiece.model").write_bytes(buffer.getvalue())
    for name, model, trainer in (
        ("unigram.json", tokenizers.models.Unigram(), tokenizers.trainers.UnigramTrainer(vocab_size=20)),
        ("words.json", tokenizers.models.WordLevel(unk_token="?"), tokenizers.trainers.WordLevelTrainer()),
    ):
        tokenizer = tokenizers.Tokenizer(model)
        tokenizer.train_from_iterator(["a model is a file"], trainer)
        tokenizer.save(str(corpus.path("tokenizers", name)))
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    corpus.path("spacy", "doc.bin").write_bytes(spacy.tokens.DocBin(docs=[pipeline("a file")]).to_bytes())
    with tempfile.TemporaryDirectory() as folder:
        pipeline.to_disk(folder)
        for file in sorted(pathlib.Path(folder).rglob("*")):
            if file.is_file() and 0 < file.stat().st_size < 10_000:
                shutil.copy(file, corpus.path("spacy", f"blank/{file.relative_to(folder)}"))


def formats(corpus):
    """safetensors, GGUF and MessagePack in other shapes."""
    path = lambda library, name: corpus.path(library, name)
    safetensors.torch.save_file({"w": (-torch.ones(2, 2)).to(torch.float8_e5m2)}, path("safetensors", "float8.safetensors"))
    safetensors.torch.save_file({"b": torch.tensor([True]), "i": -torch.ones(3, dtype=torch.int64)},
                                path("safetensors", "mixed.safetensors"))
    safetensors.torch.save_file({f"单词.{n}": torch.ones(1) for n in range(3)}, path("safetensors", "names.safetensors"))
    for name, kind in (("q5_1.gguf", gguf.GGMLQuantizationType.Q5_1), ("bf16.gguf", gguf.GGMLQuantizationType.BF16),
                       ("q4_1.gguf", gguf.GGMLQuantizationType.Q4_1), ("tq1_0.gguf", gguf.GGMLQuantizationType.TQ1_0)):
        writer = gguf.GGUFWriter(path("gguf", name), "qwen2")
        writer.add_array("general.tags", ["text", "small"])
        writer.add_bool("general.flag", True)
        writer.add_float64("general.number", 1.5)
        writer.add_key_value("general.nested", [1, 2, 3], gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.UINT8)
        array = np.ones((2, 256), np.float32)
        writer.add_tensor("output.weight", gguf.quants.quantize(array, kind), raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    # Flax stores arrays as extension 1: shape, type, bytes.
    array = np.ones((2, 2), np.float32)
    packed = msgpack.ExtType(1, msgpack.packb((array.shape, array.dtype.name, array.tobytes())))
    path("msgpack", "flax_model.msgpack").write_bytes(msgpack.packb({"params": {"kernel": packed}}))


def write(corpus):
    """All of them."""
    torch.manual_seed(7)
    for part in (torch_files, hub, words, formats):
        part(corpus)
