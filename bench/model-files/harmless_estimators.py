"""Harmless files of the second round: estimators, tables and arrays of many libraries."""

import array
import datetime
import http
import ipaddress
import pathlib
import pickle
import random
import types
import zoneinfo

import catboost
import category_encoders
import dill
import gensim
import hmmlearn.hmm
import imblearn.over_sampling
import imblearn.pipeline
import joblib
import lightgbm
import mlflow.sklearn
import nltk
import numpy as np
import pandas as pd
import scipy.interpolate
import scipy.sparse as sp
import scipy.spatial
import scipy.stats
import skops.io
import statsmodels.api
import xgboost
from sklearn import (
    calibration, cluster, compose, covariance, cross_decomposition, decomposition, discriminant_analysis,
    dummy, ensemble, feature_extraction, feature_selection, gaussian_process, impute, isotonic,
    kernel_approximation, kernel_ridge, linear_model, manifold, mixture, model_selection, multiclass,
    multioutput, naive_bayes, neighbors, neural_network, pipeline, preprocessing, random_projection,
    semi_supervised, svm, tree,
)

from harmless_python import data, dump


def plain(corpus):
    """What the standard library pickles."""
    values = {
        "array.pkl": array.array("d", [1.0, 2.0]),
        "status.pkl": [http.HTTPStatus.OK],
        "addresses.pkl": [ipaddress.ip_address("192.0.2.1"), zoneinfo.ZoneInfo("UTC")],
        "paths.pkl": [pathlib.Path("a/b"), pathlib.PureWindowsPath("c")],
        "random.pkl": random.Random(7),
        "space.pkl": types.SimpleNamespace(a=1),
        "zones.pkl": [datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
                      datetime.time(3)],
    }
    for name, value in values.items():
        dump(corpus.path("python", name), value, 4)
    shared = ["a"]
    shared.append(shared)
    dump(corpus.path("python", "cycle.pkl"), shared, 2)
    pathlib.Path(corpus.path("dill", "settings.pkl")).write_bytes(dill.dumps({"a": 1, "b": [2.5, None]}))
    pathlib.Path(corpus.path("dill", "ordered.pkl")).write_bytes(
        dill.dumps(__import__("collections").OrderedDict(a=(1, 2)), protocol=5))


def arrays(corpus):
    """numpy, scipy and pandas."""
    generator = np.random.default_rng(7)
    save = lambda library, name, value, protocol=4: dump(corpus.path(library, name), value, protocol)
    save("numpy", "matrix.pkl", np.matrix([[1, 2], [3, 4]]))
    save("numpy", "records.pkl", np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]))
    save("numpy", "polynomial.pkl", np.polynomial.Polynomial([1, 2, 3]))
    save("numpy", "poly1d.pkl", np.poly1d([1, 2]))
    save("numpy", "dtypes.pkl", [np.dtype("f4"), np.dtype([("a", "i8")]), np.float32])
    save("numpy", "bit-generators.pkl", [np.random.MT19937(7), np.random.Philox(7), np.random.SFC64(7)])
    save("numpy", "ufunc.pkl", [np.log1p, np.add])
    save("numpy", "nested-objects.pkl", np.array([np.arange(2), {"a": 1}], dtype=object), 2)
    np.save(corpus.path("numpy", "objects.npy"), np.zeros((0, 3), dtype="S4"))
    np.save(corpus.path("numpy", "complex.npy"), np.array([1 + 2j]))
    np.savez(corpus.path("numpy", "many.npz"), **{f"layer_{n}": np.ones(2) for n in range(20)})
    save("scipy", "lil.pkl", sp.lil_matrix(np.eye(3)))
    save("scipy", "dok.pkl", sp.dok_matrix(np.eye(3)))
    save("scipy", "bsr.pkl", sp.bsr_matrix(np.eye(4)))
    save("scipy", "array-csr.pkl", sp.csr_array(np.eye(3)))
    save("scipy", "spline.pkl", scipy.interpolate.CubicSpline([0, 1, 2], [0, 1, 4]))
    save("scipy", "interpolator.pkl", scipy.interpolate.RegularGridInterpolator(([0, 1],), [1.0, 2.0]))
    save("scipy", "tree.pkl", scipy.spatial.KDTree(generator.normal(size=(8, 2))))
    save("scipy", "rotation.pkl", scipy.spatial.transform.Rotation.from_euler("x", 1))
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=pd.MultiIndex.from_tuples([(1, 2), (3, 4)]))
    save("pandas", "multi-index.pkl", frame)
    save("pandas", "nullable.pkl", pd.DataFrame({"i": pd.array([1, None], dtype="Int64"),
         "b": pd.array([True, None], dtype="boolean"), "s": pd.array(["a", None], dtype="string")}))
    save("pandas", "intervals.pkl", pd.cut(pd.Series([1, 2, 3]), 2))
    save("pandas", "periods.pkl", pd.period_range("2026-01", periods=3, freq="M").to_series())
    save("pandas", "deltas.pkl", pd.to_timedelta(["1 day"]).to_series(), 5)
    save("pandas", "zones.pkl", pd.date_range("2026-01-01", periods=2, tz="UTC").to_frame())
    save("pandas", "sparse.pkl", pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])}))


def estimators(corpus):
    """scikit-learn."""
    x, y, value = data()
    both = np.column_stack([value, -value])
    texts = ["a model is a file", "a file is bytes"] * 3
    base = lambda: tree.DecisionTreeClassifier(max_depth=2, random_state=7)
    models = {
        "adaboost": ensemble.AdaBoostClassifier(base(), n_estimators=2, random_state=7).fit(x, y),
        "bagging": ensemble.BaggingClassifier(base(), 2, random_state=7).fit(x, y),
        "extra-trees": ensemble.ExtraTreesRegressor(2, max_depth=2, random_state=7).fit(x, value),
        "isolation": ensemble.IsolationForest(n_estimators=2, max_samples=8, random_state=7).fit(x),
        "voting": ensemble.VotingClassifier([("a", base()), ("b", naive_bayes.GaussianNB())]).fit(x, y),
        "stacking": ensemble.StackingRegressor([("a", linear_model.Ridge())], cv=2).fit(x, value),
        "histogram-regression": ensemble.HistGradientBoostingRegressor(max_iter=2, max_depth=2).fit(x, value),
        "gradient": ensemble.GradientBoostingClassifier(n_estimators=2, max_depth=2, random_state=7).fit(x, y),
        "calibrated": calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), cv=2).fit(x, y),
        "gaussian-process": gaussian_process.GaussianProcessRegressor(
            gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel()).fit(x[:8], value[:8]),
        "mixture": mixture.GaussianMixture(2, random_state=7).fit(x),
        "bayes-mixture": mixture.BayesianGaussianMixture(n_components=2, random_state=7, max_iter=5).fit(x),
        "lda": discriminant_analysis.LinearDiscriminantAnalysis().fit(x, y),
        "qda": discriminant_analysis.QuadraticDiscriminantAnalysis().fit(x, y),
        "nmf": decomposition.NMF(2, max_iter=5, random_state=7).fit(abs(x)),
        "ica": decomposition.FastICA(2, random_state=7, max_iter=900).fit(x),
        "svd": decomposition.TruncatedSVD(2, random_state=7).fit(x),
        "topics": decomposition.LatentDirichletAllocation(2, max_iter=1, random_state=7).fit(abs(x)),
        "dictionary": decomposition.DictionaryLearning(2, max_iter=2, random_state=7).fit(x),
        "pls": cross_decomposition.PLSRegression(2).fit(x, value),
        "elastic": linear_model.ElasticNetCV(cv=2).fit(x, value),
        "huber": linear_model.HuberRegressor().fit(x, value),
        "poisson": linear_model.PoissonRegressor().fit(x, abs(value)),
        "ransac": linear_model.RANSACRegressor(random_state=7).fit(x, value),
        "logistic-cv": linear_model.LogisticRegressionCV(cv=2, Cs=2).fit(x, y),
        "perceptron": linear_model.Perceptron().fit(x, y),
        "linear-svc": svm.LinearSVC().fit(x, y),
        "nu-svr": svm.NuSVR().fit(x, value),
        "one-class": svm.OneClassSVM().fit(x),
        "kernel-ridge": kernel_ridge.KernelRidge().fit(x, value),
        "dbscan": cluster.DBSCAN().fit(x),
        "agglomerative": cluster.AgglomerativeClustering(2).fit(x),
        "birch": cluster.Birch(n_clusters=2).fit(x[:8]),
        "mini-batch": cluster.MiniBatchKMeans(2, random_state=7, n_init=1).fit(x),
        "mean-shift": cluster.MeanShift().fit(x),
        "spectral": cluster.SpectralClustering(2, random_state=7).fit(x[:10]),
        "hdbscan": cluster.HDBSCAN(min_cluster_size=3).fit(x[:12]),
        "outliers": neighbors.LocalOutlierFactor(3).fit(x[:12]),
        "ball-tree": neighbors.KNeighborsRegressor(3, algorithm="ball_tree").fit(x[:12], value[:12]),
        "kd-tree": neighbors.KNeighborsClassifier(3, algorithm="kd_tree").fit(x[:12], y[:12]),
        "centroid": neighbors.NearestCentroid().fit(x, y),
        "density": neighbors.KernelDensity().fit(x[:12]),
        "multinomial": naive_bayes.MultinomialNB().fit(abs(x), y),
        "bernoulli": naive_bayes.BernoulliNB().fit(x, y),
        "perceptron-regression": neural_network.MLPRegressor(hidden_layer_sizes=(3,), max_iter=3, random_state=7).fit(x, value),
        "one-vs-rest": multiclass.OneVsRestClassifier(linear_model.LogisticRegression()).fit(x, y),
        "several-outputs": multioutput.MultiOutputRegressor(linear_model.Ridge()).fit(x, both),
        "chain": multioutput.ClassifierChain(linear_model.LogisticRegression()).fit(x, np.column_stack([y, 1 - y])),
        "isotonic": isotonic.IsotonicRegression().fit(x[:, 0], value),
        "dummy": dummy.DummyClassifier().fit(x, y),
        "polynomial": preprocessing.PolynomialFeatures().fit(x),
        "robust": preprocessing.RobustScaler().fit(x),
        "power": preprocessing.PowerTransformer().fit(x),
        "quantile": preprocessing.QuantileTransformer(n_quantiles=5).fit(x),
        "ordinal": preprocessing.OrdinalEncoder().fit([["a"], ["b"]]),
        "bins": preprocessing.KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf").fit(x),
        "splines": preprocessing.SplineTransformer(3).fit(x),
        "target": preprocessing.TargetEncoder(cv=2).fit([["a"], ["b"]] * 20, value),
        "binarizer": preprocessing.MultiLabelBinarizer().fit([["a"], ["b"]]),
        "knn-imputer": impute.KNNImputer().fit(x),
        "variance": feature_selection.VarianceThreshold().fit(x),
        "elimination": feature_selection.RFE(linear_model.Ridge(), n_features_to_select=2).fit(x, value),
        "mutual": feature_selection.SelectPercentile(feature_selection.mutual_info_classif).fit(x, y),
        "random-search": model_selection.RandomizedSearchCV(linear_model.Ridge(),
            {"alpha": scipy.stats.uniform(0.1, 1)}, n_iter=2, cv=2, random_state=7).fit(x, value),
        "projection": random_projection.GaussianRandomProjection(2, random_state=7).fit(x),
        "nystroem": kernel_approximation.Nystroem(n_components=3, random_state=7).fit(x),
        "covariance": covariance.MinCovDet(random_state=7).fit(x),
        "isomap": manifold.Isomap(n_neighbors=3).fit(x[:12]),
        "label-spreading": semi_supervised.LabelSpreading().fit(x[:12], y[:12]),
        "hashing": feature_extraction.text.HashingVectorizer(n_features=16).fit(texts),
        "counts": feature_extraction.text.CountVectorizer(ngram_range=(1, 2)).fit(texts),
        "dict-vectorizer": feature_extraction.DictVectorizer().fit([{"a": 1}, {"b": "c"}]),
        "union": pipeline.make_union(decomposition.PCA(1), preprocessing.StandardScaler()).fit(x),
        "text-pipeline": pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(),
            linear_model.SGDClassifier(random_state=7)).fit(texts, [0, 1] * 3),
        "transformed-target": compose.TransformedTargetRegressor(linear_model.Ridge(),
            func=np.log1p, inverse_func=np.expm1).fit(x, abs(value)),
    }
    for number, (name, model) in enumerate(models.items()):
        if number % 3 == 0:
            joblib.dump(model, corpus.path("sklearn", f"{name}.joblib"), compress=("zlib", 9))
        else:
            dump(corpus.path("sklearn", f"{name}.pkl"), model, (2, 4, 5)[number % 3])
    skops.io.dump(models["voting"], corpus.path("skops", "voting.skops"), compression=8)
    skops.io.dump(models["union"], corpus.path("skops", "union.skops"), compression=8)


def others(corpus):
    """Libraries in the manner of scikit-learn, and those of their own manner."""
    x, y, value = data()
    model = catboost.CatBoostClassifier(iterations=2, depth=2, verbose=False, allow_writing_files=False).fit(x, y)
    model.save_model(str(corpus.path("catboost", "classifier.cbm")))
    dump(corpus.path("catboost", "classifier.pkl"), model, 4)
    ranker = xgboost.XGBRanker(n_estimators=1, max_depth=1).fit(x, y, group=[20, 20])
    dump(corpus.path("xgboost", "ranker.pkl"), ranker, 4)
    dart = xgboost.XGBRegressor(booster="gblinear", n_estimators=1).fit(x, value)
    joblib.dump(dart, corpus.path("xgboost", "linear.joblib"), compress=("zlib", 9))
    model = lightgbm.LGBMRegressor(n_estimators=1, num_leaves=3, verbose=-1).fit(x, value)
    dump(corpus.path("lightgbm", "regressor.pkl"), model, 5)
    dump(corpus.path("lightgbm", "booster.pkl"), model.booster_, 4)
    dump(corpus.path("statsmodels", "parameters.pkl"), statsmodels.api.OLS(value, x).fit().params, 4)
    statsmodels.api.OLS(value, x).fit().save(corpus.path("statsmodels", "results.pkl"), remove_data=True)
    statsmodels.api.GLM(y, x, family=statsmodels.api.families.Binomial()).fit().save(
        corpus.path("statsmodels", "glm.pkl"), remove_data=True)
    dump(corpus.path("hmmlearn", "hmm.pkl"), hmmlearn.hmm.GaussianHMM(2, n_iter=2, random_state=7).fit(x), 4)
    sampler = imblearn.over_sampling.SMOTE(random_state=7, k_neighbors=2)
    dump(corpus.path("imblearn", "smote.pkl"), sampler, 4)
    dump(corpus.path("imblearn", "pipeline.pkl"), imblearn.pipeline.make_pipeline(
        sampler, linear_model.LogisticRegression()).fit(x, y), 4)
    table = pd.DataFrame({"a": ["x", "y"] * 20})
    dump(corpus.path("category_encoders", "target.pkl"),
         category_encoders.TargetEncoder().fit(table, value), 4)
    words = [["model", "file", "bytes"], ["file", "scanner", "model"]] * 4
    gensim.models.Word2Vec(words, vector_size=4, min_count=1, workers=1, seed=7).save(
        str(corpus.path("gensim", "word2vec.model")))
    dictionary = gensim.corpora.Dictionary(words)
    dictionary.save(str(corpus.path("gensim", "words.dict")))
    bags = [dictionary.doc2bow(row) for row in words]
    gensim.models.TfidfModel(bags).save(str(corpus.path("gensim", "tfidf.model")))
    vectors = gensim.models.KeyedVectors(2)
    vectors.add_vectors(["a", "b"], np.eye(2, dtype=np.float32))
    vectors.save_word2vec_format(str(corpus.path("gensim", "vectors.bin")), binary=True)
    bayes = nltk.NaiveBayesClassifier.train([({"a": True}, "x"), ({"a": False}, "y")])
    dump(corpus.path("nltk", "bayes.pickle"), bayes, 4)
    folder = corpus.path("mlflow", "model/MLmodel").parent
    folder.rmdir()
    mlflow.sklearn.save_model(linear_model.Ridge().fit(x, value), folder)
    for name in ("conda.yaml", "python_env.yaml", "requirements.txt"):
        corpus.path("mlflow", f"model/{name}")
    listed = {"MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt"}
    for path in folder.iterdir():
        if path.name not in listed:
            corpus.path("mlflow", f"model/{path.name}")


def write(corpus):
    """All of them."""
    for part in (plain, arrays, estimators, others):
        part(corpus)
