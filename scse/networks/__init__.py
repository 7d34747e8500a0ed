"""The networks of the paper, with a squeeze & excitation block after every stage.

Roy et al., MICCAI 2018, put their blocks into a U-Net, into SD-Net and into a fully convolutional
DenseNet: `UNet`, `SDNet` and `QuickNAT`, each by the name under which it was published. All are
encoders, a bottleneck and decoders; a block follows every encoder and every decoder, and the skip
connection leaves after the block.
"""

from collections.abc import Callable

from scse.networks._encoder_decoder import BLOCKS, KINDS, Config, Network, Stage
from scse.networks.quicknat import QuickNAT
from scse.networks.sdnet import SDNet
from scse.networks.unet import UNet

__all__ = [
    "BLOCKS",
    "KINDS",
    "NETWORKS",
    "Config",
    "Network",
    "QuickNAT",
    "SDNet",
    "Stage",
    "UNet",
]

# By the names that recipes have for them.
NETWORKS: dict[str, Callable[..., Network]] = {"unet": UNet, "sdnet": SDNet, "quicknat": QuickNAT}
