"""Harmless pickles: plain Python, numpy, scipy, scikit-learn, pandas, XGBoost, LightGBM."""

import argparse
import collections
import datetime
import decimal
import fractions
import pathlib
import pickle
import uuid

import joblib
import lightgbm
import numpy as np
import pandas as pd
import scipy.sparse as sp
import xgboost
from sklearn import (
    cluster, compose, decomposition, ensemble, feature_extraction, feature_selection, impute,
    linear_model, model_selection, naive_bayes, neighbors, neural_network, pipeline, preprocessing,
    svm, tree,
)


def dump(path, value, protocol):
    """One pickle."""
    with open(path, "wb") as file:
        pickle.dump(value, file, protocol=protocol)


def data():
    """Forty rows of four numbers, their class and their value."""
    generator = np.random.default_rng(7)
    x = generator.normal(size=(40, 4))
    return x, (x[:, 0] + x[:, 1] > 0).astype(int), x @ np.array([1.0, -2.0, 0.5, 0.0])


def plain(corpus):
    """What the standard library pickles."""
    config = {"name": "annex", "layers": [4, 8, 2], "rate": 0.001, "bias": True, "note": None,
              "big": 2**70, "raw": b"\x00\xff", "text": "größe", "pair": (1, 2)}
    for protocol in range(1, 6):
        dump(corpus.path("python", f"config-protocol-{protocol}.pkl"), config, protocol)
    dump(corpus.path("python", "config-protocol-0.pkl"), config, 0)
    values = {
        "containers.pkl": [collections.OrderedDict(a=1), collections.defaultdict(list, a=[1]),
                           collections.Counter("annex"), collections.deque([1, 2], maxlen=4),
                           {1, 2}, frozenset({3}), bytearray(b"abc"), complex(1, 2),
                           range(5), slice(1, 2)],
        "times.pickle": [datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC),
                         datetime.date(2026, 1, 2), datetime.timedelta(days=1)],
        "numbers.p": [decimal.Decimal("1.5"), fractions.Fraction(1, 3), float("inf"),
                      uuid.UUID(int=7)],
        "arguments.pkl": [argparse.Namespace(lr=0.1, epochs=3), pathlib.PurePosixPath("a/b")],
        "vocabulary.pkl": {f"word{number}": number for number in range(120)},
    }
    for name, value in values.items():
        dump(corpus.path("python", name), value, 4)
    # Two pickles in one file, as some training scripts write them.
    with open(corpus.path("python", "two-in-one.pkl"), "wb") as file:
        pickle.dump({"part": 1}, file)
        pickle.dump({"part": 2}, file)
    words = ["eval", "os.system", "subprocess", "exec(", "__import__", "system"]
    dump(corpus.path("python", "words-that-sound-bad.pkl"), words, 4)


def numpy(corpus):
    """Arrays, pickled and in numpy's own formats."""
    generator = np.random.default_rng(7)
    weights = generator.normal(size=(4, 5)).astype(np.float32)
    for protocol in (0, 2, 3, 4, 5):
        dump(corpus.path("numpy", f"array-protocol-{protocol}.pkl"), weights, protocol)
    dump(corpus.path("numpy", "scalars.pkl"), [np.float64(1.5), np.int32(3), np.bool_(True)], 4)
    dump(corpus.path("numpy", "random-state.pkl"), np.random.RandomState(7), 4)
    dump(corpus.path("numpy", "generator.pkl"), np.random.default_rng(7), 4)
    dump(corpus.path("numpy", "masked.pkl"), np.ma.masked_less(weights, 0), 4)
    dump(corpus.path("numpy", "objects.pkl"), np.array(["a", None, 3], dtype=object), 4)
    np.save(corpus.path("numpy", "float32.npy"), weights)
    np.save(corpus.path("numpy", "float16.npy"), weights.astype(np.float16))
    np.save(corpus.path("numpy", "fortran.npy"), np.asfortranarray(weights))
    np.save(corpus.path("numpy", "big-endian.npy"), weights.astype(">f8"))
    np.save(corpus.path("numpy", "unicode.npy"), np.array(["größe", "naïve", "\u6a21\u578b\ud7a3"]))
    np.save(corpus.path("numpy", "datetime.npy"), np.array(["2026-01-02"], dtype="M8[ns]"))
    record = np.zeros(3, dtype=[("id", "<i8"), ("score", "<f4", (2,)), ("name", "S8")])
    np.save(corpus.path("numpy", "record.npy"), record)
    np.savez(corpus.path("numpy", "arrays.npz"), w=weights, b=np.zeros(5))
    np.savez_compressed(corpus.path("numpy", "compressed.npz"), w=weights, ids=np.arange(300))
    sparse = sp.random(20, 20, density=0.1, random_state=7, format="csr")
    sp.save_npz(corpus.path("scipy", "sparse-csr.npz"), sparse)
    dump(corpus.path("scipy", "sparse-coo.pkl"), sparse.tocoo(), 4)
    dump(corpus.path("scipy", "sparse-csc.pkl"), sparse.tocsc(), 5)
    joblib.dump(weights, corpus.path("joblib", "array.joblib"))
    joblib.dump({"w": weights, "b": [np.arange(3)]}, corpus.path("joblib", "arrays.joblib"))
    joblib.dump(sparse, corpus.path("joblib", "sparse.joblib"))
    for compress in ("zlib", "gzip", "bz2", "xz", "lzma", "lz4"):
        joblib.dump({"w": weights}, corpus.path("joblib", f"array-{compress}.joblib"),
                    compress=(compress, 3))


def sklearn(corpus):
    """Fitted estimators."""
    x, y, value = data()
    texts = ["a model is a file", "a file is bytes", "bytes are read", "a scanner reads files"]
    models = {
        "logistic.pkl": linear_model.LogisticRegression().fit(x, y),
        "ridge.pkl": linear_model.Ridge().fit(x, value),
        "lasso.joblib": linear_model.Lasso(alpha=0.1).fit(x, value),
        "sgd.joblib": linear_model.SGDClassifier(random_state=7).fit(x, y),
        "svc.pkl": svm.SVC(random_state=7).fit(x, y),
        "tree.pkl": tree.DecisionTreeClassifier(max_depth=2, random_state=7).fit(x, y),
        "forest.joblib": ensemble.RandomForestClassifier(2, max_depth=2, random_state=7).fit(x, y),
        "boosting.pkl": ensemble.GradientBoostingRegressor(
            n_estimators=2, max_depth=2, random_state=7).fit(x, value),
        "histogram-boosting.joblib": ensemble.HistGradientBoostingClassifier(
            max_iter=2, max_depth=2, random_state=7).fit(x, y),
        "neighbours.pkl": neighbors.KNeighborsClassifier(3).fit(x, y),
        "bayes.pkl": naive_bayes.GaussianNB().fit(x, y),
        "kmeans.joblib": cluster.KMeans(2, n_init=1, random_state=7).fit(x),
        "pca.pkl": decomposition.PCA(2).fit(x),
        "perceptron.joblib": neural_network.MLPClassifier(
            (3,), max_iter=5, random_state=7).fit(x, y),
        "scaler.pkl": preprocessing.StandardScaler().fit(x),
        "encoder.pkl": preprocessing.OneHotEncoder().fit([["a"], ["b"]]),
        "labels.pkl": preprocessing.LabelEncoder().fit(["a", "b"]),
        "imputer.pkl": impute.SimpleImputer().fit(x),
        "select.pkl": feature_selection.SelectKBest(k=2).fit(x, y),
        "tfidf.joblib": feature_extraction.text.TfidfVectorizer().fit(texts),
        "log-transformer.pkl": preprocessing.FunctionTransformer(np.log1p).fit(abs(x)),
        "pipeline.pkl": pipeline.make_pipeline(
            preprocessing.StandardScaler(), linear_model.LogisticRegression()).fit(x, y),
        "columns.joblib": compose.make_column_transformer(
            (preprocessing.MinMaxScaler(), [0, 1]), remainder="passthrough").fit(x),
        "search.pkl": model_selection.GridSearchCV(
            linear_model.Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(x, value),
    }
    for number, (name, model) in enumerate(models.items()):
        path = corpus.path("sklearn", name)
        if name.endswith(".joblib"):
            joblib.dump(model, path, compress=number % 2 * 3)
        else:
            dump(path, model, (2, 4, 5)[number % 3])


def frames(corpus):
    """Tables."""
    x, _, _ = data()
    table = pd.DataFrame(x[:5], columns=list("abcd"))
    table["when"] = pd.Timestamp("2026-01-02")
    table["kind"] = pd.Categorical(["u", "v", "u", "v", "u"])
    table.to_pickle(corpus.path("pandas", "frame.pkl"))
    table.to_pickle(corpus.path("pandas", "frame.pkl.gz"), compression="gzip")
    table["a"].to_pickle(corpus.path("pandas", "series.pkl"), protocol=4)
    pd.date_range("2026-01-01", periods=4).to_series().to_pickle(
        corpus.path("pandas", "dates.pkl"), protocol=2)
    table.to_pickle(corpus.path("pandas", "frame.pkl.zip"), compression="zip")


def boosters(corpus):
    """XGBoost and LightGBM, in their own formats and pickled."""
    x, y, value = data()
    model = xgboost.XGBClassifier(n_estimators=2, max_depth=2, n_jobs=1).fit(x, y)
    model.save_model(corpus.path("xgboost", "classifier.json"))
    model.save_model(corpus.path("xgboost", "classifier.ubj"))
    dump(corpus.path("xgboost", "classifier.pkl"), model, 4)
    dump(corpus.path("xgboost", "booster.pkl"), model.get_booster(), 2)
    joblib.dump(xgboost.XGBRegressor(n_estimators=1, max_depth=1).fit(x, value),
                corpus.path("xgboost", "regressor.joblib"), compress=3)
    model = lightgbm.LGBMClassifier(n_estimators=1, num_leaves=3, verbose=-1, n_jobs=1).fit(x, y)
    model.booster_.save_model(corpus.path("lightgbm", "classifier.txt"))
    dump(corpus.path("lightgbm", "classifier.pkl"), model, 4)
    joblib.dump(model, corpus.path("lightgbm", "classifier.joblib"), compress=3)


def write(corpus):
    """All of them."""
    for part in (plain, numpy, sklearn, frames, boosters):
        part(corpus)
