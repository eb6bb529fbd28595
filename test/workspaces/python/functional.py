import keras
from keras import layers

keras.utils.set_random_seed(1)


def block(x, filters):
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    return layers.Activation("relu")(y)


inputs = keras.Input(shape=(28, 28, 1))
x = block(inputs, 8)
x = x + block(x, 8)
x = layers.DepthwiseConv2D(3, strides=2, padding="same")(x)
x = layers.SeparableConv2D(16, 3)(x)
x = keras.ops.relu(x)
x = layers.Flatten()(x)
outputs = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs, outputs)
