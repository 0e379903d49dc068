"""C: the picture for the platform's list."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C008 = Kind(
    code="ACES-C008",
    severity="error",
    title=Text("Image not usable", "イメージ画像が使えません"),
    cause=Text(
        "The file of FRONTEND_IMAGE_PATH is not a whole PNG or JPEG image, whatever its name says, or `image_key` in "
        "register.json is another name than that of the file.",
        "FRONTEND_IMAGE_PATHのファイルが、名前にかかわらず、完全なPNGまたはJPEGの画像ではありません。"
        "または、register.jsonの`image_key`がそのファイル名と違います。",
    ),
    fix=Text(
        "Save the picture as PNG or JPEG (renaming a file does not convert it) and write its file name, "
        "without folders, as `image_key`. If the message speaks of Git LFS, let the checkout fetch the file:",
        "画像をPNGまたはJPEGで保存してください（名前を変えるだけでは変換されません）。"
        "`image_key`には、フォルダを除いたファイル名を書いてください。"
        "Git LFSと表示されたときは、チェックアウトでファイルを取得してください。",
    )
    + snippet("yaml", "- uses: actions/checkout@v5\n  with:\n    lfs: true"),
    example='FRONTEND_IMAGE_PATH: server/algorithms/example_algorithm.png\n\n"image_key": "number_plate.png"',
)
C024 = Kind(
    code="ACES-C024",
    severity="warning",
    title=Text("File name does not fit the image's type", "画像の種類と拡張子が一致しません"),
    cause=Text(
        "The image is a PNG named as JPEG, or the other way round, or its name has another ending. The platform is told the "
        "real type, but browsers and people may go by the name.",
        "PNG画像にJPEGの拡張子が付いているか、その逆か、別の拡張子が付いています。"
        "ACES Platformには実際の種類を伝えますが、ブラウザや人は名前で判断することがあります。",
    ),
    fix=Text(
        "Rename the file, and with it `image_key` and FRONTEND_IMAGE_PATH:",
        "ファイル名を、`image_key`とFRONTEND_IMAGE_PATHも合わせて変えてください。",
    )
    + snippet("sh", "git mv server/algorithms/example_algorithm.png server/algorithms/example_algorithm.jpg"),
    example="$ file server/algorithms/example_algorithm.png\nserver/algorithms/example_algorithm.png: JPEG image data",
)

KINDS = (
    C008,
    C024,
)
