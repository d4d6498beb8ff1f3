"""loadtxt, arrays, masks and savetxt."""

import numpy as np

raw = np.genfromtxt("diabetes.csv", delimiter=",", skip_header=1)
age, sex, bmi, bp = raw[:, 0], raw[:, 1], raw[:, 2], raw[:, 3]
target = raw[:, -1]
risk = 0.5 * (bmi - bmi.mean()) / bmi.std() + 0.5 * (bp - bp.mean()) / bp.std()
group = np.where(age > 50, 1, 0)
mask = sex == 1
table = np.column_stack([age[mask], risk[mask], group[mask], target[mask]])
np.savetxt("risk.csv", table, delimiter=",", header="age,risk,group,target", comments="")
np.save("risk.npy", risk)
