"""Harmless networks of Keras and TensorFlow, in a process without PyTorch: both bring an LLVM."""

import os
import shutil
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import h5py
import keras
import tensorflow as tf
from keras.src.legacy.saving import legacy_h5_format


def write(corpus):
    """All of them."""
    keras.utils.set_random_seed(7)
    layers = keras.layers
    dense = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"),
                              layers.Dense(1, activation="sigmoid")])
    dense.compile(optimizer="sgd", loss="binary_crossentropy")
    inputs = keras.Input((8,))
    hidden = layers.Embedding(5, 2)(inputs)
    joined = layers.Concatenate()([layers.GRU(2)(hidden), layers.GlobalAveragePooling1D()(hidden)])
    text = keras.Model(inputs, layers.Dense(2, activation="softmax")(joined))
    image = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 2), layers.Flatten(),
                              layers.Dropout(0.1), layers.Dense(1)])
    wide = keras.Sequential([keras.Input((3, 2)), layers.TimeDistributed(layers.Dense(1))])
    path = lambda name: corpus.path("keras", name)
    with tempfile.TemporaryDirectory() as folder:
        for name, model in (("dense", dense), ("text", text), ("image", image), ("wide", wide)):
            # HDF5 leaves room for growth that only compression takes out.
            saved = f"{folder}/{name}.keras"
            model.save(saved)
            with zipfile.ZipFile(saved) as old, \
                    zipfile.ZipFile(path(f"{name}.keras"), "w", zipfile.ZIP_DEFLATED) as new:
                for member in old.namelist():
                    new.writestr(zipfile.ZipInfo(member), old.read(member), zipfile.ZIP_DEFLATED)
        small = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
        # The newest layout of HDF5 is half as large.
        with h5py.File(path("small.h5"), "w", libver="latest") as file:
            legacy_h5_format.save_model_to_hdf5(small, file)
        with h5py.File(path("small.weights.h5"), "w", libver="latest") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, small)
        path("dense.json").write_text(dense.to_json())

        class Scale(tf.Module):
            """One function."""

            @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
            def __call__(self, x):
                return tf.nn.relu(x * 2.0)

        scale = Scale()
        tf.saved_model.save(scale, f"{folder}/saved")
        for name in ("saved_model.pb", "variables/variables.index",
                     "variables/variables.data-00000-of-00001", "fingerprint.pb"):
            shutil.copy(f"{folder}/saved/{name}", corpus.path("tensorflow", f"saved/{name}"))
    converter = tf.lite.TFLiteConverter.from_keras_model(small)
    corpus.path("tensorflow", "small.tflite").write_bytes(converter.convert())
    graph = scale.__call__.get_concrete_function().graph.as_graph_def()
    corpus.path("tensorflow", "graph.pb").write_bytes(graph.SerializeToString())
