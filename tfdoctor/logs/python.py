"""Messages of the Python side: import errors, missing attributes, version checks, pip's complaints.

The kinds say what a line states. What it means for an environment is for the rules to decide.
"""

from tfdoctor.logs._engine import Pattern, pattern

# Words are matched from their first character on only, so that a long line takes linear time.
_NAME = r"(?<![\w.-])[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
_VERSION = r"\d+(?:\.\d+)*(?:\.?(?:post|dev|a|b|rc)\d+)*(?:\+[\w.]+)?"
_QUOTE = r"['\"`\u2018\u2019]"

# Where an error was raised: the frames above it, and bare mentions of a Python file with a line number.
_FRAMES = (
    pattern("frame", r"File \"(?P<path>[^\"]+)\", line (?P<number>\d+)(?:, in (?P<function>\S+))?"),
    pattern("frame", r"(?<![^\s'(])(?P<path>[^\s\"'(]+\.pyx?)(?:\", line |:)(?P<number>\d+)"),
    # a notebook's traceback, which numbers the lines below, and Colab's, which makes links of the files
    pattern("frame", r"^(?P<path>(?:~|/|[A-Za-z]:)[^\"':*?<>|]*\.pyx?) in (?P<function>[\w<>.]+)"),
    pattern("frame", r"^\[?(?P<path>[\w/][^\]\s]*\.pyx?)\]\(\S+\) in (?P<function>[\w<>.]+)"),
)

_IMPORTS = (
    pattern("module-missing", rf"No module named {_QUOTE}?(?P<module>[A-Za-z_][\w.]*)"),
    pattern(
        "name-missing",
        rf"cannot import name {_QUOTE}?(?P<symbol>\w+){_QUOTE}?"
        rf"(?: from (?:partially initialized module )?{_QUOTE}(?P<module>[\w.]+){_QUOTE})?"
        r"(?:.*?\((?P<path>[^()]*[/\\.][^()]*)\))?",
    ),
    pattern(
        "attribute-missing",
        rf"(?:partially initialized )?module {_QUOTE}(?P<module>[\w.]+){_QUOTE} has no attribute "
        rf"{_QUOTE}(?P<attribute>\w+)",
    ),
    pattern(
        "attribute-missing",
        rf"(?<!module )(?:type object )?{_QUOTE}(?P<object>[\w.]+){_QUOTE}(?: object)? has no attribute "
        rf"{_QUOTE}(?P<attribute>\w+)",
    ),
    pattern(
        "argument-unknown",
        rf"(?<![\w.])(?P<function>[\w.]+)\(\) got an unexpected keyword argument {_QUOTE}(?P<argument>\w+)",
    ),
    # the statement that failed, as a traceback shows it
    pattern(
        "import-statement",
        r"^(?:>+ ?|-+> ?\d+ +)?(?:from (?P<source>[\w.]+) )?import (?P<names>[\w., *]+?)(?: as \w+)?$",
    ),
)

_PROTOBUF = (
    pattern("descriptors-refused", r"Descriptors cannot (?:not )?be created directly"
            r"|Downgrade the protobuf package to 3\.20\.x or lower"),
    pattern(
        "gencode-refused",
        r"Detected (?:incompatible|mismatched) Protobuf Gencode/Runtime[^:]*?(?: when loading (?P<file>[^\s:]+))?:"
        rf".*?gencode (?P<gencode>{_VERSION}),? runtime (?P<runtime>{_VERSION})",
    ),
    pattern(
        "gencode-noticed",
        rf"Protobuf gencode version (?P<gencode>{_VERSION}) is (?:exactly one|\w+) major versions? older than the "
        rf"runtime version (?P<runtime>{_VERSION})",
    ),
    pattern("descriptor-key-missing", r"_internal_create_key|__(?:new|init)__\(\) got an unexpected keyword argument "
            r"'(?:create_key|serialized_\w+|syntax|containing_type)'"),
    pattern("protobuf-cpp-missing", r"(?:cannot import name '?_message'? from '?google\.protobuf\.pyext"
            r"|No module named '?google\.protobuf\.pyext|cpp implementation.*(?:not|un)(?: ?available| found))"),
)  # fmt: skip

_NUMPY = (
    pattern("numpy1-binary", r"_ARRAY_API not found|compiled using NumPy 1\.x cannot be run"),
    pattern("numpy1-binary", r"numpy\.core\.(?:_multiarray_umath|umath) failed to import"),
    pattern("numpy-found", rf"NumPy (?P<version>{_VERSION}) as it may crash"),
    pattern("numpy-capi", r"compiled against (?:NumPy C-)?(?:API|ABI)(?: version)? (?P<compiled>(?:0x)?[0-9a-f]+)\b.*?"
            r"(?:this version of numpy is|running NumPy has C-API version) (?P<runtime>(?:0x)?[0-9a-f]+)"),
    pattern("numpy-size", r"numpy\.\w+ size changed.*?Expected (?P<compiled>\d+) from C header, "
            r"got (?P<runtime>\d+) from PyObject"),
    pattern("numpy-alias-removed", rf"module {_QUOTE}numpy{_QUOTE} has no attribute {_QUOTE}"
            r"(?P<alias>object|bool|int|float|complex|str|typeDict|unicode|long)\b"),
    pattern("numpy-alias-removed", r"`?np\.(?P<alias>\w+)`? was (?:a deprecated alias|removed in the NumPy 2)"),
    pattern("symbolic-tensor-to-numpy", r"Cannot convert a symbolic (?:tf\.)?(?:Keras )?Tensor \([^)]*\) to a numpy"),
    pattern("dtype-fetched", r"pywrap_ml_dtypes\.(?P<type>\w+)\("),
    pattern("handle-not-converted", r"Unable to convert function return value to a Python type"),
)  # fmt: skip

_KERAS = (
    pattern("metric-registered-twice", r"Another metric with the same name already exists"),
    pattern("metric-registered-twice", r"Cannot register \d+ metrics with the same name: (?P<metric>/tensorflow/\S+)"),
    pattern("symbol-exposed-twice", r"Symbol (?P<symbol>\w+) is already exposed as"),
    pattern("keras-needs-tensorflow", r"Keras requires TensorFlow (?P<floor>[\d.]*\d)(?: or higher)?"),
    pattern("keras-needs-module", r"To use Keras, you need to have `?(?P<module>\w+)`? installed"),
    pattern("keras-not-imported", r"Keras cannot be imported\. Check that it is installed"),
    pattern("legacy-keras-without-package", r"TF_USE_LEGACY_KERAS set to True, but you do not have the tf_keras"),
    pattern("legacy-keras-wanted", r"Keras 3, but this is not yet supported|install (?:the backwards-compatible )?"
            r"[`'\"]?tf[-_]keras\b|requires? (?:the )?[`'\"]?tf[-_]keras\b"),
    pattern("addons-notice", r"TensorFlow Addons \(TFA\)|tensorflow_addons[/\\]|import tensorflow_addons"),
    pattern("keras-layer-refused", r"Only instances of `?keras\.(?:layers\.)?Layer`? can be added to a Sequential"
            r"(?: model)?(?:.*Received: (?P<object><?[^\s>]+))?"),
    pattern("keras-object-refused", r"passed an (?:object|instance|argument) of type:? "
            r"(?P<object>[\w.<>' ]+?)[.\s]*(?:$|\(|Please)"),
    pattern("keras-object-refused", r"(?<![\w.])(?P<function>[\w.]+)`? can only (?:prune|quantize|annotate|cluster"
            r"|wrap) (?:an? )?(?:object|layer|model|`?(?:tf\.)?keras)"),
    pattern("keras-object-refused", r"to_(?:annotate|quantize|prune|cluster)` can only be a `?(?:tf\.)?keras\."),
    pattern("keras-object-refused", r"Expected `?(?:model|to_\w+)`? (?:argument )?to be (?:a|an instance of) `?"
            r"(?:tf_keras|tf\.keras|keras)\.\S+.*(?:got|Received|but)"),
    pattern("keras-object-refused", r"The added layer must be an instance of class `?Layer"),
    pattern("keras3-refusal", r"is not (?:supported|available) (?:in|with) Keras 3|deprecated in Keras 3"
            r"|not supported with the native Keras"),
    pattern("keras3-refusal", r"(?:fit|evaluate|predict)\(\) got an unexpected keyword argument '(?P<argument>workers"
            r"|use_multiprocessing|max_queue_size)'"),
    pattern("keras3-refusal", r"A KerasTensor (?:cannot be used as input to a TensorFlow function|is symbolic)"),
    pattern("keras3-refusal", r"Argument\(s\) not recognized: \{(?P<argument>[^}]*)"),
    pattern("keras3-refusal", r"Unrecognized keyword arguments passed to \w+: \{(?P<argument>[^}]*)"),
    pattern("keras3-refusal", r"has never been called and thus has no defined (?:input|output)"),
    pattern("keras3-refusal", r"Only input tensors may be passed as positional arguments"),
    pattern("keras3-refusal", r"filepath provided must end in `?\.(?:keras|weights\.h5)|Invalid filepath extension for "
            r"saving"),
    pattern("keras-backend-unavailable", rf"(?:Unable to import|Unknown|Invalid) backend ?: ?{_QUOTE}?"
            r"(?P<backend>\w+)"),
    pattern("keras-backend-used", r"Using (?P<backend>Theano|CNTK|MXNet|PlaidML)\S* backend"),
)  # fmt: skip

_DEPENDENCIES = (
    pattern("text-decoded-again", r"'str' object has no attribute 'decode'"),
    pattern("hdf5-attribute-decoded", r"(?:\.attrs\[[^\]]+\]|original_keras_version|\bmodel_config)\S*\.decode\("),
    pattern("autograph-gave-up", r"could not (?:be )?transform(?:ed)?\b.* and will (?:be executed|run it) as-is"),
    pattern("dict-wrapper-refused", r"this __dict__ descriptor does not support '?_DictWrapper"
            r"|wrapper has not been initialized"),
    pattern("flatbuffers-signature", r"(?P<function>EndVector|EndObject|StartVector)\(\) (?:takes|missing) \d+"),
    pattern("estimator-not-installed", r"tf\.estimator package not installed"),
    pattern("jax-module-newer", r"XlaCallModule .*supports up to serialization version (?P<supported>\d+).*"
            r"needs version (?P<needed>\d+)"),
    pattern("jax-module-newer", r"call_module\(\) got an unexpected keyword argument '(?P<argument>\w+)'"),
    pattern("needs-tensorflow", r"(?:version of )?(?P<library>(?:TensorFlow |Tensorflow |TF[- ])(?:Probability|Datasets"
            r"|Hub|Agents|Addons|Text|Recommenders|Decision Forests|Ranking|Model Optimization|Transform)"
            r"|tensorflow_\w+|tfds|tf-\w+|sonnet|dm-sonnet|KerasNLP|KerasCV|KerasHub)\b.{0,40}?"
            rf" requires (?:a newer )?tensorflow(?: version)? ?(?:>=|==|or newer:?|at least|~=)? ?"
            rf"(?P<floor>\d[\d.]*)(?:.*?(?:installation of version|found|installed|have) (?P<found>{_VERSION}))?"),
    pattern("needs-tensorflow", rf"requires TensorFlow version >= (?P<floor>{_VERSION}); Detected an installation of "
            rf"version (?P<found>{_VERSION})"),
    pattern("addons-range", rf"versions above or equal to (?P<floor>{_VERSION}) and strictly below "
            rf"(?P<below>{_VERSION})"),
    pattern("addons-op-refused", r"Invalid name: (?P<op>Addons>\w+)"),
    pattern("addons-found", rf"The versions? of TensorFlow you are currently using is (?P<found>{_VERSION})"),
    pattern("logging-signature", r"(?:findCaller|_log_fatal|ABSLLogger|__init__)\(\).*(?:positional|argument).*"
            r"(?:stacklevel|stack_info)|findCaller\(\) takes"),
)  # fmt: skip

_PIP = (
    pattern("requirement-conflict", rf"(?P<name>{_NAME}) (?P<version>{_VERSION}) (?:requires|has requirement) "
            rf"(?P<dependency>{_NAME}) ?(?P<specifier>\(?[<>=!~][^;]*?\)?)(?:; ?[^,]*(?:, ?)?)?,? but you(?:'ll)? have "
            rf"(?P=dependency) (?P<found>{_VERSION})"),
    pattern("requirement-conflict", rf"VersionConflict: \((?P<dependency>{_NAME}) (?P<found>{_VERSION})[^,]*?, "
            rf"Requirement\.parse\('[^'<>=!~]+(?P<specifier>[^']*)'\)(?:, \{{?'?(?P<name>{_NAME})?)?"),
    pattern("requirement-conflict", rf"(?P<dependency>{_NAME}) (?P<found>{_VERSION}) is installed but (?P=dependency) ?"
            rf"(?P<specifier>[<>=!~][^\s;]*).*? is required by (?:\{{?['\"])?(?P<name>{_NAME})"),
    pattern("requirement-missing", rf"(?P<name>{_NAME}) (?P<version>{_VERSION}) requires (?P<dependency>{_NAME})"
            r"(?P<specifier>[^,]*?), which is not installed"),
    pattern("resolver-conflict", r"Cannot install .*conflicting dependencies|ResolutionImpossible"
            r"|version solving failed|No solution found when resolving|SolverProblemError|UnsatisfiableError"
            r"|conflict is caused by"),
    pattern("resolver-demand", rf"(?P<name>{_NAME}) (?P<version>{_VERSION}) depends on (?P<dependency>{_NAME}) ?"
            r"(?P<specifier>[<>=!~][^\s;]*)"),
    pattern("resolver-demand", rf"(?:Because|And because|and) (?P<name>{_NAME}) \((?P<version>[^)]*)\) depends on "
            rf"(?P<dependency>{_NAME}) \((?P<specifier>[^)]*)\)"),
    pattern("resolver-demand", rf"(?<![\w.-])(?P<name>{_NAME}) \((?P<version>[^)]*)\) which depends on "
            rf"(?P<dependency>{_NAME}) \((?P<specifier>[^)]*)\)"),
    pattern("resolver-demand", rf"(?P<name>{_NAME})==(?P<version>{_VERSION}) depends on (?P<dependency>{_NAME}) ?"
            r"(?P<specifier>[<>=!~][^\s;]*)"),
    pattern("distribution-replaced", rf"^Found existing installation: (?P<name>{_NAME}) (?P<version>{_VERSION})"),
    pattern("resolver-without", rf"no versions of (?P<name>{_NAME}) match (?P<specifier>[^\s,]+)"),
    pattern("installed-version", rf"^(?:[-*+] ?)?(?P<name>{_NAME})==(?P<version>{_VERSION})(?:\s.*)?$"),
    pattern("installed-version", rf"^(?P<name>{_NAME})\s{{2,}}(?P<version>{_VERSION})(?:\s{{2,}}\S+)*$"),
)  # fmt: skip

_NATIVE = (
    pattern("undefined-symbol", r"(?:(?<![^\s'\"\[(])(?P<path>[^\s'\"\[(]+\.so(?:\.\d+)*)['\"]?: )?"
            r"undefined symbol: (?P<symbol>[\w.]+)"),
    # cut off or wrapped by a terminal inside the words
    pattern("undefined-symbol", r"(?<![^\s'\"\[(])(?P<path>[^\s'\"\[(]+\.so(?:\.\d+)*)['\"]?: unde\w*(?: s\w*)?$"),
    pattern("undefined-symbol", r"Symbol not found: \(?(?P<symbol>_?\w+)"),
    pattern("undefined-symbol", r"symbol not found in flat namespace \(?'?(?P<symbol>_\w+)"),
    pattern("symbol-wanted-by", r"dlopen\((?P<path>[^,()]+\.(?:so|dylib))"),
    pattern("symbol-wanted-by", r"Referenced from: (?:<[^>]*> )?(?P<path>\S.*?\.(?:so|dylib))"),
    pattern("symbol-expected-in", r"Expected in: (?:<[^>]*> )?(?P<path>\S.*?\.(?:so|dylib)\S*)"),
    pattern("op-library-unopened", r"unable to open file: (?P<path>[^\s,]+\.(?:so|dylib|dll))"),
    pattern("op-library-unopened", r"NotFoundError: (?P<path>\S+\.(?:so|dylib|dll)) not found"),
    pattern("extension-needs-library", r"^(?:.*(?:ImportError|OSError): )(?P<soname>lib[\w.+-]+?\.so(?:\.[\w.]+)?): "
            r"cannot open shared object file"),
    pattern("plugin-unopened", r"(?<![^\s'\"(,])(?P<path>[^\s'\"(,]*(?:tensorflow-plugins|metal_plugin|tfdml_plugin"
            r"|directml)[^\s'\"(,]*\.(?:dylib|dll|so))"),
    pattern("plugin-loading", r"_ll\.load_library\(_?(?P<argument>\w+)\)|load_pluggable_device_library"),
    pattern("cxx-standard-refused", r"ISO C\+\+ 20\d\d standard|#error .*C\+\+ ?(?:1[147]|20)|requires (?:at least )?"
            r"C\+\+1[147]|'(?:string_view|optional|variant|any|is_same_v|make_unique)' (?:is not a member of|in "
            r"namespace) '?std"),
    pattern("segmentation-fault", r"segmentation fault|segfault|SIGSEGV|access violation|0xC0000005|exit code 139"
            r"|\bSIGABRT\b|core dumped|free\(\): invalid|double free or corruption|munmap_chunk"),
    pattern("segmentation-fault", r"^#\d+ +0x[0-9a-f]+ in .*(?:once_call|call_once|once_proxy|TestCPUFeature)"),
    pattern("descriptors-unreadable", r"SystemError: google/protobuf/pyext/\w+\.cc:\d+: bad argument"),
    pattern("file-exists-twice", r"File already exists in database|CHECK failed: GeneratedDatabase\(\)->Add"),
)  # fmt: skip

PATTERNS: tuple[Pattern, ...] = (
    *_FRAMES,
    *_IMPORTS,
    *_PROTOBUF,
    *_NUMPY,
    *_KERAS,
    *_DEPENDENCIES,
    *_PIP,
    *_NATIVE,
)
