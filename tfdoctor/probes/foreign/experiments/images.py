"""Images: resizing in every way, what pixels count, augmentation, files."""

from .registry import Family

FAMILY = Family("image")
METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def image(lab, height=4, width=4, channels=1):
    """Return a fixed image with numbers from 0 to 255."""
    return (lab.pattern(1, height, width, channels) + 1.0) * 127.0


def resized(lab, method, antialias):
    """Return a fixed image, larger and smaller."""
    options = {"antialias": True} if antialias else {}
    given = lab.constant(image(lab, 5, 5))
    return {
        "larger": lab.array(lab.tf.image.resize(given, [7, 7], method=method, **options)),
        "smaller": lab.array(lab.tf.image.resize(given, [3, 2], method=method, **options)),
    }


def resized_v1(lab, function, **options):
    """Return a fixed image, larger and smaller, by a function of TensorFlow 1."""
    made = getattr(lab.v1.image, function)
    given = lab.constant(image(lab, 5, 5))
    return {"larger": lab.array(made(given, [7, 7], **options)), "smaller": lab.array(made(given, [3, 2], **options))}


for _method in METHODS:
    FAMILY.add(
        "resize-%s" % _method,
        "tf.image.resize",
        'tf.image.resize(method="%s") of a 5x5 image to 7x7 and 3x2: where the centres of pixels lie.' % _method,
        lambda lab, method=_method: resized(lab, method, False),
        ("antialias", "preserve_aspect_ratio", "method"),
    )
for _method in ("bilinear", "bicubic"):
    FAMILY.add(
        "resize-%s-antialias" % _method,
        "tf.image.resize",
        'tf.image.resize(method="%s", antialias=True) of a 5x5 image to 7x7 and 3x2.' % _method,
        lambda lab, method=_method: resized(lab, method, True),
    )
for _function in ("resize_bilinear", "resize_nearest_neighbor", "resize_bicubic", "resize_area"):
    FAMILY.add(
        "v1-%s" % _function.replace("_", "-"),
        "tf.compat.v1.image.%s" % _function,
        "tf.compat.v1.image.%s of a 5x5 image to 7x7 and 3x2." % _function,
        lambda lab, function=_function: resized_v1(lab, function),
        ("align_corners", "half_pixel_centers"),
    )
FAMILY.add(
    "v1-resize-bilinear-aligned",
    "tf.compat.v1.image.resize_bilinear",
    "tf.compat.v1.image.resize_bilinear(align_corners=True) of a 5x5 image to 7x7 and 3x2.",
    lambda lab: resized_v1(lab, "resize_bilinear", align_corners=True),
)


@FAMILY.experiment(
    "resize-default",
    ("tf.image.resize", "tf.image.resize_with_pad", "tf.image.resize_with_crop_or_pad"),
    "tf.image.resize with its default method, of uint8 (with the type of the result), and resize_with_pad.",
    ("method", "antialias"),
)
def resize_default(lab):
    whole = lab.constant(image(lab).astype("uint8"))
    output = lab.tf.image.resize(whole, [6, 6])
    return {
        "resize": lab.array(output),
        "type": output.dtype.name,
        "nearest type": lab.tf.image.resize(whole, [6, 6], method="nearest").dtype.name,
        "with pad": lab.array(lab.tf.image.resize_with_pad(lab.constant(image(lab)), 6, 3)),
    }


@FAMILY.experiment(
    "crop-and-resize",
    ("tf.image.crop_and_resize",),
    "tf.image.crop_and_resize of a 4x4 image, a box that reaches beyond it among them.",
    ("method", "extrapolation_value"),
)
def crop_and_resize(lab):
    boxes = lab.tf.constant([[0.0, 0.0, 0.5, 1.0], [0.25, 0.25, 1.5, 0.75]])
    return {"output": lab.array(lab.tf.image.crop_and_resize(lab.constant(image(lab)), boxes, [0, 0], [3, 2]))}


@FAMILY.experiment(
    "colours",
    ("tf.image.rgb_to_hsv", "tf.image.rgb_to_grayscale", "tf.image.adjust_hue", "tf.image.adjust_saturation"),
    "Grey, HSV, YIQ of fixed colours, and after adjust_hue, adjust_saturation, adjust_contrast, adjust_gamma.",
    ("gamma", "gain"),
)
def colours(lab):
    given = lab.constant((lab.pattern(2, 2, 3) + 1.0) / 2.0)
    images = lab.tf.image
    made = {
        "gray": images.rgb_to_grayscale(given),
        "hsv": images.rgb_to_hsv(given),
        "yiq": images.rgb_to_yiq(given),
        "hue": images.adjust_hue(given, 0.2),
        "saturation": images.adjust_saturation(given, 0.5),
        "contrast": images.adjust_contrast(given, 2.0),
        "gamma": images.adjust_gamma(given),
        "standardized": images.per_image_standardization(given),
    }
    return {name: lab.array(value) for name, value in made.items()}


@FAMILY.experiment(
    "quality",
    ("tf.image.ssim", "tf.image.psnr", "tf.image.total_variation", "tf.image.sobel_edges"),
    "SSIM, PSNR and total variation of fixed images.",
    ("filter_size", "filter_sigma", "k1", "k2"),
)
def quality(lab):
    one, other = lab.constant(image(lab, 16, 16)), lab.constant(image(lab, 16, 16) * 0.9 + 10.0)
    images = lab.tf.image
    return {
        "ssim": lab.array(images.ssim(one, other, 255.0)),
        "psnr": lab.array(images.psnr(one, other, 255.0)),
        "variation": lab.array(images.total_variation(one)),
        "edges": lab.array(images.sobel_edges(one)),
    }


RANDOM = {
    "random_flip_left_right": (),
    "random_brightness": (0.3,),
    "random_contrast": (0.2, 0.8),
    "random_saturation": (0.2, 0.8),
    "random_hue": (0.2,),
}


@FAMILY.experiment(
    "random",
    ["tf.image.%s" % name for name in sorted(RANDOM)],
    "Mean of each plane of a fixed image after tf.image.random_* with seed=3, and tf.random.set_seed(7).",
)
def random_images(lab):
    given = lab.constant((lab.pattern(3, 4, 3) + 1.0) / 2.0)
    found = {}
    for name, options in sorted(RANDOM.items()):
        lab.seed_tensorflow(7)
        made = getattr(lab.tf.image, name)(given, *options, seed=3)
        found[name] = lab.array(made).reshape(-1, 3)[0]
    return found


@FAMILY.experiment(
    "stateless-random",
    (
        "tf.image.stateless_random_brightness",
        "tf.image.stateless_random_flip_left_right",
        "tf.image.stateless_random_crop",
    ),
    "A fixed image after tf.image.stateless_random_* with seed=(1, 2).",
)
def stateless(lab):
    given = lab.constant((lab.pattern(3, 4, 3) + 1.0) / 2.0)
    images = lab.tf.image
    return {
        "brightness": lab.array(images.stateless_random_brightness(given, 0.3, (1, 2))),
        "contrast": lab.array(images.stateless_random_contrast(given, 0.2, 0.8, (1, 2))),
        "crop": lab.array(images.stateless_random_crop(given, (2, 2, 3), (1, 2))),
    }


@FAMILY.experiment(
    "jpeg",
    ("tf.io.decode_jpeg", "tf.io.encode_jpeg", "tf.io.decode_image"),
    "A fixed colour image after tf.io.encode_jpeg and tf.io.decode_jpeg, with the default and both methods of decoding.",
    ("quality", "dct_method", "fancy_upscaling", "chroma_downsampling"),
)
def jpeg(lab):
    tf = lab.tf
    smooth = lab.np.zeros((16, 16, 3), "uint8")
    smooth[..., 0] = lab.np.arange(16) * 15
    smooth[..., 1] = (lab.np.arange(16) * 13)[:, None]
    smooth[4:9, 5:11, 2] = 230
    coded = tf.io.encode_jpeg(lab.constant(smooth))
    found = {"decoded": lab.array(tf.io.decode_jpeg(coded))}
    for method in ("INTEGER_FAST", "INTEGER_ACCURATE"):
        found[method] = lab.array(tf.io.decode_jpeg(coded, dct_method=method))
    return found


@FAMILY.experiment(
    "extract-patches",
    ("tf.image.extract_patches", "tf.nn.max_pool2d", "tf.nn.avg_pool2d"),
    'Patches of 3x3 of a 4x4 image with padding "SAME", and the pools of tf.nn.',
)
def patches(lab):
    given = lab.constant(image(lab))
    nn = lab.tf.nn
    return {
        "patches": lab.array(lab.tf.image.extract_patches(given, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "SAME")),
        "max": lab.array(nn.max_pool2d(given, 3, 2, "SAME")),
        "average": lab.array(nn.avg_pool2d(given, 3, 2, "SAME")),
    }


@FAMILY.experiment(
    "non-max-suppression",
    ("tf.image.non_max_suppression", "tf.image.combined_non_max_suppression"),
    "The boxes that tf.image.non_max_suppression keeps of four, two with the same score.",
    ("iou_threshold", "score_threshold"),
)
def suppression(lab):
    boxes = lab.tf.constant([[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0], [0.0, 2.4, 1.0, 3.4]])
    scores = lab.tf.constant([0.9, 0.9, 0.7, 0.8])
    return {"kept": lab.array(lab.tf.image.non_max_suppression(boxes, scores, 4))}


@FAMILY.experiment(
    "preprocess-input",
    (
        "tf.keras.applications.resnet.preprocess_input",
        "tf.keras.applications.mobilenet_v2.preprocess_input",
        "tf.keras.applications.efficientnet.preprocess_input",
    ),
    "What preprocess_input of ResNet50, MobileNetV2, EfficientNet and VGG16 makes of one colour.",
    ("data_format", "mode"),
)
def preprocess_input(lab):
    found = {}
    for name in ("resnet50", "mobilenet_v2", "efficientnet", "vgg16", "xception", "densenet"):
        module = getattr(lab.keras.applications, name, None)
        given = lab.np.array([[[[10.0, 100.0, 250.0]]]], "float32")
        found[name] = module.preprocess_input(given) if module else "none"
    return found
