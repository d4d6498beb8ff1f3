"""A net of PyTorch that is trained with checkpoints, resumed, exported, and read by workers of a loader."""

import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Rows(Dataset):
    def __init__(self, path):
        table = pd.read_csv(path)
        self.given = torch.tensor(table[["a", "b"]].values, dtype=torch.float32)
        self.wanted = torch.tensor(table["y"].values, dtype=torch.float32)

    def __len__(self):
        return len(self.given)

    def __getitem__(self, place):
        return self.given[place], self.wanted[place]


class Parts(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, place):
        return torch.load(f"part{place}.pt")


def net():
    return nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    given = torch.randn(64, 2)
    pd.DataFrame({"a": given[:, 0], "b": given[:, 1], "y": (given.sum(1) > 0).int()}).to_csv("rows.csv", index=False)
    model, loss = net(), nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), 0.05)
    rows = Rows("rows.csv")
    for epoch in range(3):
        for one, other in DataLoader(rows, 16, shuffle=True, num_workers=2 if epoch < 1 else 0):
            optimizer.zero_grad()
            found = loss(model(one).squeeze(1), other)
            found.backward()
            optimizer.step()
        state = {"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(state, f"checkpoint{epoch}.pt")
        print(epoch, found.item(), found.dtype, model[0].weight.grad.sum().item())
    state = torch.load("checkpoint2.pt", weights_only=True, mmap=True)
    again = net()
    again.load_state_dict(state["model"])
    print(state["epoch"], all(torch.equal(one, other) for one, other in zip(model.parameters(), again.parameters())))
    torch.save(again.state_dict(), "legacy.pt", _use_new_zipfile_serialization=False)
    torch.export.save(torch.export.export(again, (rows.given,)), "net.pt2")
    print(torch.equal(torch.export.load("net.pt2").module()(rows.given), again(rows.given)))
    for part in range(4):
        torch.save(torch.full((2,), float(part)), f"part{part}.pt")
    for way in ("fork", "spawn"):
        print(way, sorted(float(one[0, 0]) for one in DataLoader(Parts(), num_workers=2, multiprocessing_context=way)))
    with torch.inference_mode():
        chance = torch.sigmoid(again.eval()(rows.given)).squeeze(1)
    pd.DataFrame({"chance": chance.numpy().round(4)}).to_csv("chances.csv", index=False)


if __name__ == "__main__":
    main()
